create table [Org](ID integer primary key, `key` text, unique("key")) ;
create table "users" ( -- renamed once
  "id" integer not null,
  "Name" varchar ( 20 ) not null unique, /* a comment, with ) and ' */
  org integer references "org" ("id") on delete no action not deferrable,
  age integer default (1) null,
  primary key (id asc),
  check ( ( users."age">0 ) )
);
create index if not exists main.users_age on "users"("age" ASC, NAME desc) where AGE is not null;
create view "names" as select "name" from "users" -- all of them
;
create trigger added after insert on [users] begin update "org" set key = NEW."name"; end;
