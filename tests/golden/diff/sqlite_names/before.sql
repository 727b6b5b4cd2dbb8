CREATE TABLE "a ""quoted"" table" ("select" INTEGER PRIMARY KEY, "100 %" TEXT, [it's] TEXT, `back``tick` TEXT);
CREATE TABLE "Bücher 📚" ("Titel" TEXT);
CREATE TABLE MixedCase (Id INTEGER PRIMARY KEY, "Order" TEXT);
CREATE INDEX "in dex" ON "a ""quoted"" table" ("100 %");
CREATE VIEW "group" AS SELECT "100 %" FROM "a ""quoted"" table";
CREATE TRIGGER "tri'gger" AFTER DELETE ON MixedCase BEGIN SELECT 1; END;
INSERT INTO "a ""quoted"" table" VALUES (1, 'a', 'b', 'c');
INSERT INTO MixedCase VALUES (7, 'x');
INSERT INTO "Bücher 📚" VALUES ('Krieg und Frieden');
