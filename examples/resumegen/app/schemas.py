"""What goes over the wire."""

from datetime import datetime, timezone
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


def _as_utc(moment: datetime) -> datetime:
    """SQLite hands back its UTC times without a zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _text(longest: int, shortest: int = 1, pattern: str | None = None) -> StringConstraints:
    return StringConstraints(
        strip_whitespace=True, min_length=shortest, max_length=longest, pattern=pattern
    )


Moment = Annotated[datetime, AfterValidator(_as_utc)]
Email = Annotated[str, _text(254, 3, r"^[^@\s]+@[^@\s]+$")]
Name = Annotated[str, _text(99, 0)]
Title = Annotated[str, _text(160)]
SkillName = Annotated[str, _text(80, pattern=r"^[^,;]+$")]
Language = Annotated[str, _text(8, 2)]


class Row(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Health(BaseModel):
    status: Literal["ok"] = "ok"
    database: str
    tables: dict[str, int]


class ProfileIn(BaseModel):
    headline: Annotated[str, _text(120, 0)] = ""
    phone: Annotated[str, _text(32)] | None = None
    location: Annotated[str, _text(120)] | None = None
    website: Annotated[str, _text(2000)] | None = None
    about: str = ""


class ProfileOut(ProfileIn, Row):
    pass


class UserIn(BaseModel):
    email: Email
    first_name: Name = ""
    last_name: Name = ""
    profile: ProfileIn | None = None


class UserOut(Row):
    id: int
    email: str
    first_name: str
    last_name: str
    is_active: bool
    created_at: Moment
    updated_at: Moment
    profile: ProfileOut | None


class SkillLevel(BaseModel):
    name: SkillName
    level: int = Field(3, ge=1, le=5)


class Section(Row):
    heading: Annotated[str, _text(120)]
    body: str = ""


class ResumeIn(BaseModel):
    title: Title
    summary: str = ""
    language: Language = "en"
    template_code: str | None = None
    settings: dict[str, Any] = {}
    skills: list[SkillLevel] = []
    sections: list[Section] = []


class ResumePatch(BaseModel):
    title: Title | None = None
    summary: str | None = None
    status: Literal["draft", "published", "archived"] | None = None


class ResumeOut(Row):
    id: int
    user_id: int
    title: str
    summary: str
    status: str
    language: str
    template_code: str | None
    settings: dict[str, Any]
    skills: list[SkillLevel]
    sections: list[Section]
    created_at: Moment
    updated_at: Moment


class TemplateOut(Row):
    code: str
    name: str
    price_cents: int
