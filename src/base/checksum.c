#include "base/checksum.h"

#include <ctype.h>
#define OPENSSL_SUPPRESS_DEPRECATED /* see wb_sha256 */
#include <openssl/sha.h>

#include "base/auto.h"
#include "base/sql.h"

/*
 * The low-level calls: OpenSSL's others load its configuration and providers first, about a millisecond. They are linked
 * from the static library, because to link the shared one costs every start that again.
 */
void wb_sha256(struct wb_slice bytes, char ret_hex[static WB_CHECKSUM_SIZE])
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, bytes.data, bytes.length);
    SHA256_Final(digest, &context);
    for (size_t i = 0; i < sizeof digest; i++) {
        ret_hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        ret_hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    ret_hex[WB_CHECKSUM_SIZE - 1] = '\0';
}

void wb_checksum_part(struct wb_str *text, struct wb_slice part)
{
    wb_str_printf(text, "%zu:", part.length);
    wb_str_append_bytes(text, part.data, part.length);
}

/* Words in lower case, everything else as it is but for CRLF. */
static void append_canonical(struct wb_str *out, struct wb_slice sql, const struct wb_sql_token *token)
{
    size_t start = token->offset, end = start + token->length;
    for (size_t i = start; token->kind != WB_SQL_WORD && i < end; i++) {
        if (sql.data[i] != '\r' || i + 1 >= sql.length || sql.data[i + 1] != '\n')
            continue;
        wb_str_append_bytes(out, sql.data + start, i - start);
        start = i + 1;
    }
    wb_str_append_bytes(out, sql.data + start, end - start);
    for (size_t i = out->length - (end - start); token->kind == WB_SQL_WORD && i < out->length; i++)
        out->data[i] = (char)tolower((unsigned char)out->data[i]);
    wb_str_append_char(out, '\n');
}

void wb_checksum_sql(struct wb_slice sql, char ret_hex[static WB_CHECKSUM_SIZE])
{
    WB_AUTO(wb_str) canonical = WB_STR_INIT;
    size_t meaningful = 0; /* the length up to the last token that is not a `;` */
    size_t offset = 0;
    struct wb_sql_token token;
    while (wb_sql_next_token(sql, &offset, &token)) {
        append_canonical(&canonical, sql, &token);
        if (!(token.kind == WB_SQL_SYMBOL && sql.data[token.offset] == ';'))
            meaningful = canonical.length;
    }
    wb_sha256((struct wb_slice){wb_str_text(&canonical), meaningful}, ret_hex);
}
