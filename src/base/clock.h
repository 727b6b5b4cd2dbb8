/* What time is measured by, where it only matters how much of it has passed. */
#ifndef WB_BASE_CLOCK_H
#define WB_BASE_CLOCK_H

/* A monotonic clock, in milliseconds and parts of them. */
double wb_now_ms(void);

#endif
