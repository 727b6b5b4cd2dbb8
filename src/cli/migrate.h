/* What `upgrade`, `downgrade` and `run` have in common: a plan printed, a script printed, a migration done. */
#ifndef WB_CLI_MIGRATE_H
#define WB_CLI_MIGRATE_H

#include "cli/cli.h"

#define WB_MIGRATE_OPTIONS                                                                                             \
    {"wait", 0, "TIME", "how long to wait for the database (run: 60s, else not at all)", "wait"},                      \
        {"lock-wait", 0, "TIME", "how long to wait for another migrator (10m)", "lock_wait"},                          \
        {"lock-timeout", 0, "TIME", "how long a step may wait for a table lock (2s)", "lock_timeout"},                 \
        {"statement-timeout", 0, "TIME", "how long a statement may take (no limit)", "statement_timeout"},             \
        {"wait-replicas", 0,    "TIME", "then wait until the replicas have followed, at most so long (60s)",           \
         "wait_replicas", "60s"},                                                                                      \
        {"single-transaction", 0, NULL, "all steps in one transaction: all or nothing", "single_transaction"},         \
    {                                                                                                                  \
        "app-version", 0, "TEXT", "the application's version, for the ledger", "app_version"                           \
    }

/* Waits for a database that is not up yet, where `--wait` is given; for a plan that is only printed. */
enum wb_code wb_wait_if_asked(struct wb_cli *cli, struct wb_error *err);

/* `--dry-run`: prints what would be done. */
enum wb_code wb_print_plan(struct wb_cli *cli, enum wb_direction direction, const char *target, struct wb_error *err);

/* `--sql`: prints the script. */
enum wb_code wb_print_script(struct wb_cli *cli, enum wb_direction direction, const char *range, struct wb_error *err);

/* With --json, the steps that were done. */
void wb_print_migrated(struct wb_cli *cli);

#endif
