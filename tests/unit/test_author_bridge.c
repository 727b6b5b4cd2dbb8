/* What the bridge says, and what it can't have said. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "author/bridge.h"
#include "base/auto.h"

static const char *const message_text = "type 8\nrevision\nid 2\na1\nup 11\nSELECT 1;\n\n\nnote 0\n\nnote 3\na\nb\n\n";

static enum wb_bridge_parsed parse(struct wb_arena *arena, const char *text, size_t length,
                                   struct wb_bridge_message *message, size_t *ret_end)
{
    /* Exactly as long as it is said to be, so that the sanitizers see a read beyond it. */
    char *copy = malloc(length ? length : 1);
    memcpy(copy, text, length);
    enum wb_bridge_parsed parsed = wb_bridge_parse((struct wb_slice){copy, length}, arena, message, ret_end);
    free(copy);
    return parsed;
}

static void a_message_is_a_list_of_fields(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    struct wb_bridge_message message = {0};
    size_t end = 0;
    char *twice = wb_arena_printf(&arena, "%s%s", message_text, message_text);
    assert_int_equal(parse(&arena, twice, strlen(twice), &message, &end), WB_BRIDGE_MESSAGE);
    assert_int_equal(end, strlen(message_text));
    assert_int_equal(message.count, 5);
    assert_string_equal(wb_bridge_get(&message, "type"), "revision");
    assert_string_equal(wb_bridge_get(&message, "up"), "SELECT 1;\n\n"); /* line ends are no ends */
    assert_string_equal(wb_bridge_get(&message, "note"), "");            /* the first of two */
    assert_string_equal(message.items[4].value, "a\nb");
    assert_null(wb_bridge_get(&message, "down"));
    wb_arena_release(&arena);
}

static void a_part_of_a_message_waits_for_the_rest(void **state)
{
    (void)state;
    struct wb_arena arena = WB_ARENA_INIT;
    for (size_t length = 0; length < strlen(message_text); length++) {
        struct wb_bridge_message message = {0};
        size_t end = 77;
        assert_int_equal(parse(&arena, message_text, length, &message, &end), WB_BRIDGE_UNFINISHED);
        assert_int_equal(end, 77);
    }
    wb_arena_release(&arena);
}

static void anything_else_is_nonsense(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "type\n",                      /* no length */
        "type \n5\nhello\n\n",         /* the length in the next line */
        " 5\nhello\n\n",               /* no name */
        "type -1\nx\n\n",              /* a sign */
        "type 5x\nhello\n\n",          /* more than a number */
        "type 18446744073709551617\n", /* 2^64 + 1 */
        "type 999999999999\n",         /* too long to be kept */
        "type 4\nhello\n\n",           /* it goes on */
        "Traceback (most recent call last): somebody has printed to the descriptor of the messages",
    };
    struct wb_arena arena = WB_ARENA_INIT;
    for (size_t i = 0; i < WB_COUNT(texts); i++) {
        struct wb_bridge_message message = {0};
        size_t end = 0;
        if (parse(&arena, texts[i], strlen(texts[i]), &message, &end) != WB_BRIDGE_NONSENSE)
            fail_msg("it is taken for a message: %s", texts[i]);
    }
    wb_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_a_list_of_fields),
        cmocka_unit_test(a_part_of_a_message_waits_for_the_rest),
        cmocka_unit_test(anything_else_is_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
