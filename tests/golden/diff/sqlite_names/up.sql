PRAGMA foreign_keys = OFF;
PRAGMA legacy_alter_table = ON;

CREATE TABLE "a ""quoted"" table__new" ("select" INTEGER PRIMARY KEY, "100 %" TEXT NOT NULL DEFAULT '0 %', [it's] TEXT,
    "new ""one""" TEXT);

INSERT INTO "a ""quoted"" table__new" ("select", "100 %", "it's")
SELECT "select", coalesce("100 %", '0 %'), "it's" FROM "a ""quoted"" table";

DROP TABLE "a ""quoted"" table"; -- destroys data
ALTER TABLE "a ""quoted"" table__new" RENAME TO "a ""quoted"" table";

CREATE INDEX "in dex" ON "a ""quoted"" table" ("100 %");
ALTER TABLE "Bücher 📚" ADD COLUMN "Preis €" INTEGER;

CREATE TABLE mixedcase__new (ID INTEGER PRIMARY KEY, "order" TEXT COLLATE NOCASE);

INSERT INTO mixedcase__new ("ID", "order")
SELECT "Id", "Order" FROM "MixedCase";

DROP TABLE "MixedCase";
ALTER TABLE mixedcase__new RENAME TO mixedcase;

CREATE TRIGGER "tri'gger" AFTER DELETE ON MixedCase BEGIN SELECT 1; END;
PRAGMA legacy_alter_table = OFF;
