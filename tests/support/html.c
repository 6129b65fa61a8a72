/* See html.h. */
#include "support/html.h"

#include <stdlib.h>
#include <string.h>

#include "support/support.h"

/* Tags that nest, attributes in quotes, no bare ampersand: what any XML parser asks first. */
static void check_nesting(const char *html)
{
    char open[64][32];
    size_t depth = 0;
    for (const char *c = html; *c; c++) {
        ck_assert_msg(*c != '>', "a bare > before: %.60s", c);
        if (*c == '&') {
            const size_t name = strspn(c + 1, "#abcdefghijklmnopqrstuvwxyz0123456789");
            ck_assert_msg(name > 0 && c[1 + name] == ';', "a bare ampersand: %.60s", c);
        }
        if (*c != '<')
            continue;
        const char *tag = c + 1;
        char quote = 0;
        for (c++; *c && (quote || *c != '>'); c++) {
            ck_assert_msg(*c != '<', "a bare < in: %.60s", tag);
            quote = *c == '"' ? (quote ? 0 : '"') : quote;
        }
        ck_assert_msg(*c == '>', "no end of: %.60s", tag);
        if (tag[0] == '!' || c[-1] == '/')
            continue;
        const size_t length = strcspn(tag + (tag[0] == '/'), " >");
        if (tag[0] == '/') {
            ck_assert_msg(depth > 0 && strlen(open[depth - 1]) == length && !strncmp(open[depth - 1], tag + 1, length),
                          "</%s> expected at %.60s", depth ? open[depth - 1] : "?", tag);
            depth--;
        } else {
            ck_assert_msg(depth < 64 && length < 32, "odd tag: %.60s", tag);
            snprintf(open[depth++], 32, "%.*s", (int)length, tag);
        }
    }
    ck_assert_uint_eq(depth, 0);
}

/* Addresses, other than what base64 may hold by chance. */
static void check_no_address(const char *html)
{
    static const char *const banned[] = {"http:", "https:", "\"//", "'//", "(//", "@import", "url(h", "javascript:"};
    for (size_t i = 0; i < sizeof banned / sizeof banned[0]; i++)
        ck_assert_msg(!strstr(html, banned[i]), "the page holds %s", banned[i]);
}

void check_closed_page(const char *html)
{
    static const char *const wanted[] = {"default-src 'none'; style-src 'unsafe-inline'; img-src data:",
                                         "Research use. Not a medical device."};
    static const char *const banned[] = {"<script", "<link", "<iframe", "<object", "<embed", "<form", " onload"};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        ck_assert_msg(strstr(html, wanted[i]) != NULL, "the page does not hold %s", wanted[i]);
    for (size_t i = 0; i < sizeof banned / sizeof banned[0]; i++)
        ck_assert_msg(!strstr(html, banned[i]), "the page holds %s", banned[i]);
    check_no_address(html);
    /* The style sheet holds > and quotes of its own; it is not markup. */
    const char *style = strstr(html, "<style>"), *rest = strstr(html, "</style>");
    ck_assert(style && rest);
    char *markup = malloc(strlen(html) + 1);
    ck_assert(markup != NULL);
    const size_t before = (size_t)(style - html) + strlen("<style>");
    memcpy(markup, html, before);
    memcpy(markup + before, rest, strlen(rest) + 1);
    check_nesting(markup);
    free(markup);
}

void keep_page(const char *html)
{
    const char *path = getenv("DVK_REPORT_PREVIEW");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) {
        fputs(html, file);
        fclose(file);
    }
}
