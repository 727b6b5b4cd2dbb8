/* The entry point that libFuzzer and replay.c call: one input, which must neither crash nor leak nor hang. */
#ifndef WB_FUZZ_H
#define WB_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
