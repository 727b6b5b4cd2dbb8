/*
 * What the command of a schema source prints. It is known without running it as long as nothing has changed that it is
 * made from: the command, its environment, and the files that whimbrel's part in Python (dependencies.py) has read. Only a
 * checksum of it is kept: enough to know whether a comparison was made before.
 */
#ifndef WB_FACADE_PRINTED_H
#define WB_FACADE_PRINTED_H

#include "config/config.h"

struct wb_printed {
    const char *sql;      /* NULL: it was not run */
    const char *checksum; /* of the SQL; NULL: not known */
};

/* Finds the checksum without running the command; leaves `printed` alone where that can't be done. All in `arena`. */
void wb_printed_recall(const struct wb_config *config, const struct wb_schema_source *source, const char *engine,
                       struct wb_arena *arena, struct wb_printed *printed);

/* Whether that can ever be done of the source's command. */
bool wb_printed_can_be_recalled(const struct wb_schema_source *source);

/*
 * Runs the command, and remembers what it is made from; errors as from wb_config_run_source. The configuration is only
 * read.
 */
enum wb_code wb_printed_run(const struct wb_config *config, const struct wb_schema_source *source, const char *engine,
                            struct wb_arena *arena, struct wb_printed *printed, struct wb_error *err);

#endif
