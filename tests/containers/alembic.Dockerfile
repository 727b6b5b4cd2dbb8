# Test scaffolding: the example with Alembic in whimbrel's place, as one would write it, to compare with.
FROM python:3.11-slim-bookworm
WORKDIR /srv/resumegen
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt alembic==1.19.1
COPY . .
RUN useradd --system --no-create-home resumegen
USER resumegen
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 UVICORN_HOST=0.0.0.0 UVICORN_PORT=8000
ENTRYPOINT ["sh", "-c", "alembic upgrade heads && exec \"$@\"", "sh"]
CMD ["uvicorn", "app.main:app"]
