/* What the bridge says: a message lies within the bytes, and the same bytes in parts make the same message. */
#include <stdlib.h>
#include <string.h>

#include "author/bridge.h"
#include "fuzz.h"

/* All that is there in one piece; where it ends. */
static size_t parse_all(struct wb_slice text, struct wb_arena *arena, size_t *ret_fields)
{
    size_t used = 0, fields = 0;
    for (;;) {
        struct wb_bridge_message message = {0};
        size_t length = 0;
        struct wb_slice rest = {text.data + used, text.length - used};
        if (wb_bridge_parse(rest, arena, &message, &length) != WB_BRIDGE_MESSAGE)
            break;
        if (length == 0 || length > rest.length || rest.data[length - 1] != '\n')
            abort();
        for (size_t i = 0; i < message.count; i++)
            if (!*message.items[i].name || !wb_bridge_get(&message, message.items[i].name))
                abort();
        used += length;
        fields += message.count;
    }
    *ret_fields = fields;
    return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wb_arena arena = WB_ARENA_INIT;
    size_t fields, fewer;
    struct wb_slice bytes = {(const char *)data, size};
    size_t used = parse_all(bytes, &arena, &fields);
    for (size_t length = used > 64 ? used - 64 : 0; length <= used; length++) {
        size_t part = parse_all((struct wb_slice){bytes.data, length}, &arena, &fewer);
        if (part > length || fewer > fields || (length == used && (part != used || fewer != fields)))
            abort();
    }
    wb_arena_release(&arena);
    return 0;
}
