"""ResumeGen: people, their resumes, and the skills on them."""

from typing import Annotated, TypeVar

from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from app import models, schemas
from app.database import get_session

app = FastAPI(title="ResumeGen")

T = TypeVar("T", bound=models.Base)

# Scope "function": the transaction is over before the answer is sent, so nobody is told
# "created" about a row that could not be committed.
Database = Annotated[Session, Depends(get_session, scope="function")]


@app.exception_handler(OperationalError)
def database_unavailable(_request: Request, _error: OperationalError) -> JSONResponse:
    return JSONResponse({"detail": "the database is not available"}, status_code=503)


@app.get("/live")
def live() -> str:
    """Whether the process answers; the database is another matter."""
    return "serving"


@app.get("/health")
def health(db: Database) -> schemas.Health:
    """Count the rows of every table, in one query: it fails unless all of them are there."""
    counts = [
        select(func.count()).select_from(table).scalar_subquery().label(name)
        for name, table in sorted(models.Base.metadata.tables.items())
    ]
    row = db.execute(select(*counts)).one()
    return schemas.Health(database=db.get_bind().dialect.name, tables=row._asdict())


@app.post("/users", status_code=201)
def create_user(new: schemas.UserIn, db: Database) -> schemas.UserOut:
    user = models.User(**new.model_dump(exclude={"profile"}))
    if new.profile:
        user.profile = models.Profile(**new.profile.model_dump())
    db.add(user)
    try:
        db.flush()
    except IntegrityError:
        raise HTTPException(409, "there is a user with this e-mail address already") from None
    return schemas.UserOut.model_validate(user)


@app.get("/users/{user_id}")
def read_user(user_id: int, db: Database) -> schemas.UserOut:
    return schemas.UserOut.model_validate(_get(db, models.User, user_id))


@app.post("/users/{user_id}/resumes", status_code=201)
def create_resume(user_id: int, new: schemas.ResumeIn, db: Database) -> schemas.ResumeOut:
    _get(db, models.User, user_id)
    if new.template_code is not None:
        _get(db, models.Template, new.template_code)

    resume = models.Resume(user_id=user_id, **new.model_dump(exclude={"skills", "sections"}))
    wanted = {item.name.lower(): item for item in new.skills}  # the last mention counts
    resume.skills = [
        models.ResumeSkill(skill=_skill(db, item.name), level=item.level, position=position)
        for position, item in enumerate(wanted.values())
    ]
    resume.sections = [
        models.ResumeSection(position=position, **section.model_dump())
        for position, section in enumerate(new.sections)
    ]
    db.add(resume)
    db.flush()
    return _resume_out(resume)


@app.get("/resumes/{resume_id}")
def read_resume(resume_id: int, db: Database) -> schemas.ResumeOut:
    return _resume_out(_get(db, models.Resume, resume_id))


@app.patch("/resumes/{resume_id}")
def change_resume(resume_id: int, change: schemas.ResumePatch, db: Database) -> schemas.ResumeOut:
    resume = _get(db, models.Resume, resume_id)
    for name, value in change.model_dump(exclude_none=True).items():
        setattr(resume, name, value)
    db.flush()
    db.refresh(resume)  # the trigger has set updated_at
    return _resume_out(resume)


@app.get("/templates")
def list_templates(db: Database) -> list[schemas.TemplateOut]:
    offered = select(models.Template).where(models.Template.is_offered)
    rows = db.scalars(offered.order_by(models.Template.price_cents, models.Template.code))
    return [schemas.TemplateOut.model_validate(row) for row in rows]


def _get(db: Session, model: type[T], key: object) -> T:
    row = db.get(model, key)
    if row is None:
        raise HTTPException(404, f"no such {model.__name__.lower()}: {key}")
    return row


def _skill(db: Session, name: str) -> models.Skill:
    """The skill of this name in any spelling, made if nobody has it yet."""
    known = select(models.Skill).where(func.lower(models.Skill.name) == func.lower(name))
    skill = db.scalar(known)
    if skill is None:
        try:
            with db.begin_nested():
                skill = models.Skill(name=name)
                db.add(skill)
        except IntegrityError:  # someone was faster
            skill = db.scalars(known).one()
    return skill


def _resume_out(resume: models.Resume) -> schemas.ResumeOut:
    skills = [schemas.SkillLevel(name=item.skill.name, level=item.level) for item in resume.skills]
    columns = {name: getattr(resume, name) for name in schemas.ResumeOut.model_fields}
    return schemas.ResumeOut.model_validate(columns | {"skills": skills})
