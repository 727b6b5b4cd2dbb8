/* What every unit test includes: cmocka and what it needs before it. */
#ifndef WB_TESTS_UNIT_H
#define WB_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#endif
