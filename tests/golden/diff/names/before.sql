CREATE SCHEMA "Odd ""Schema""";
CREATE TABLE "Odd ""Schema"""."select" ("a b" integer PRIMARY KEY, "ünï" text);
