/* SQLAlchemy models in Python files, by their text; nothing is imported. */
#ifndef WB_AUTHOR_DETECT_MODELS_H
#define WB_AUTHOR_DETECT_MODELS_H

#include "author/detect.h"

void wb_detect_models(struct wb_arena *arena, const char *folder, struct wb_detected *detected);

#endif
