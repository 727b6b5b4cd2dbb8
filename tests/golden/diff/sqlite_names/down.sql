PRAGMA foreign_keys = OFF;
PRAGMA legacy_alter_table = ON;
ALTER TABLE "Bücher 📚" DROP COLUMN "Preis €"; -- destroys data

CREATE TABLE "a ""quoted"" table__new" ("select" INTEGER PRIMARY KEY, "100 %" TEXT, [it's] TEXT, `back``tick` TEXT);

INSERT INTO "a ""quoted"" table__new" ("select", "100 %", "it's")
SELECT "select", "100 %", "it's" FROM "a ""quoted"" table";

DROP TABLE "a ""quoted"" table"; -- destroys data
ALTER TABLE "a ""quoted"" table__new" RENAME TO "a ""quoted"" table";

CREATE INDEX "in dex" ON "a ""quoted"" table" ("100 %");

CREATE TABLE "MixedCase__new" (Id INTEGER PRIMARY KEY, "Order" TEXT);

INSERT INTO "MixedCase__new" ("Id", "Order")
SELECT "ID", "order" FROM mixedcase;

DROP TABLE mixedcase;
ALTER TABLE "MixedCase__new" RENAME TO "MixedCase";

CREATE TRIGGER "tri'gger" AFTER DELETE ON MixedCase BEGIN SELECT 1; END;
PRAGMA legacy_alter_table = OFF;
