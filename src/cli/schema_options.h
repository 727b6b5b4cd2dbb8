/* The options that `diff`, `create` and `check` share: how two schemas are compared. */
#ifndef WB_CLI_SCHEMA_OPTIONS_H
#define WB_CLI_SCHEMA_OPTIONS_H

#include "cli/cli.h"

#define WB_SCHEMA_OPTIONS                                                                                              \
    {"rename", 0, "WHAT=NEW",                                                                                          \
     "a rename: table=new, table.column=new, type.value=new, \"function f=new\"; may be repeated", NULL},              \
    {                                                                                                                  \
        "no-online", 0, NULL, "the plain forms of statements, which lock out an application that works", NULL          \
    }

/* What is compared beyond the schema itself. */
#define WB_RIGHTS_OPTIONS                                                                                              \
    {"owners", 0, NULL, "compare whom things belong to, which is left alone otherwise (PostgreSQL)", "schema_owners"}, \
    {                                                                                                                  \
        "privileges", 0, NULL, "compare grants and default privileges, left alone otherwise (PostgreSQL)",             \
            "schema_privileges"                                                                                        \
    }

/* What `create` and `check` compare with, and where. */
#define WB_SOURCE_OPTIONS                                                                                              \
    {"schema", 0, "SOURCE",                                                                                            \
     "what the schema should be: an .sql file, a folder, command:... (default: from whimbrel.ini)", "schema_source"},  \
    {                                                                                                                  \
        "scratch", 0, "URL",                                                                                           \
            "the server where scratch databases are made; `initdb`: one for this run (default: that of --url)",        \
            "scratch_url"                                                                                              \
    }

/* What was given of them. On a terminal, people are asked about what looks like a rename. */
struct wb_compare_options wb_cli_compare_options(struct wb_cli *cli);

/* Says what may be a rename, and how to say that it is one. */
void wb_log_possible_renames(const struct wb_report *report, const struct wb_diff_result *result);

#endif
