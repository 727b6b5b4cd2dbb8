# The whimbrel image. It runs by itself (`docker run … whimbrel upgrade`), and other images take the program from it:
#
#     COPY --from=whimbrel /usr/local/bin/whimbrel /usr/local/bin/
#     ENTRYPOINT ["whimbrel", "run", "--"]
#
# The program is one file that needs the C library (Debian 12 or later, or another one with glibc 2.36) and, for
# PostgreSQL alone, libpq: the package libpq5, `apt-get install --no-install-recommends libpq5`. SQLite is in it.
# Only `whimbrel create` and `check` with models, and `whimbrel import alembic`, need Python and
#
#     COPY --from=whimbrel /usr/local/share/whimbrel /usr/local/share/whimbrel

FROM debian:bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates make
WORKDIR /src
COPY . .
RUN make deps && make && make install DESTDIR=/out PREFIX=/usr/local

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq5 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /out/usr/local/bin/whimbrel /usr/local/bin/
COPY --from=build /out/usr/local/share/whimbrel /usr/local/share/whimbrel
WORKDIR /work
USER nobody
ENTRYPOINT ["whimbrel"]
