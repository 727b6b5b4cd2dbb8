CREATE TABLE "a ""quoted"" table" ("select" INTEGER PRIMARY KEY, "100 %" TEXT NOT NULL DEFAULT '0 %', [it's] TEXT,
    "new ""one""" TEXT);
CREATE TABLE "Bücher 📚" ("Titel" TEXT, "Preis €" INTEGER);
CREATE TABLE mixedcase (ID INTEGER PRIMARY KEY, "order" TEXT COLLATE NOCASE);
CREATE INDEX "in dex" ON "a ""quoted"" table" ("100 %");
CREATE VIEW "group" AS SELECT "100 %" FROM "a ""quoted"" table";
CREATE TRIGGER "tri'gger" AFTER DELETE ON MixedCase BEGIN SELECT 1; END;
