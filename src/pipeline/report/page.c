/* HTML out: see page.h. */
#include "pipeline/report/page.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Made by dvk_embed from style.css. */
bool dvk_report_assets_find(const char *name, const unsigned char **bytes, size_t *count);

static void add_bytes(dvk_page *p, const char *bytes, size_t count)
{
    if (p->status == DVK_OK)
        p->status = dvk_text_add_bytes(p->text, bytes, count);
}

static void add_string(dvk_page *p, const char *text)
{
    add_bytes(p, text, strlen(text));
}

void dvk_page_add(dvk_page *p, const char *format, ...)
{
    char buffer[2048];
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(buffer, sizeof buffer, format, args);
    va_end(args);
    assert(length >= 0 && (size_t)length < sizeof buffer);
    add_bytes(p, buffer, (size_t)length);
}

void dvk_page_point(dvk_page *p, char command, double x, double y)
{
    char text[65];
    text[0] = command;
    dvk_text_tenths(x, text + 1);
    size_t length = strlen(text);
    text[length++] = ' ';
    dvk_text_tenths(y, text + length);
    add_bytes(p, text, strlen(text));
}

/* Bytes of the well-formed UTF-8 character at `s`; 0 where there is none, or one that XML does not allow. */
static size_t character_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return s[0] >= 0x20 && s[0] != 0x7f ? 1 : 0;
    const size_t length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    const bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    const bool surrogate = s[0] == 0xed && s[1] >= 0xa0;
    const bool beyond = s[0] == 0xf4 && s[1] >= 0x90;
    const bool not_a_character = s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe;
    return overlong || surrogate || beyond || not_a_character ? 0 : length;
}

static const char *entity(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void dvk_page_text(dvk_page *p, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    while (*s) {
        const size_t length = character_length(s);
        const char *escaped = entity(*s);
        if (escaped)
            add_string(p, escaped);
        else if (length)
            add_bytes(p, (const char *)s, length);
        else
            add_string(p, isspace(*s) ? " " : "\xef\xbf\xbd"); /* U+FFFD */
        s += length ? length : 1;
    }
}

/* Decimal digits in groups of three from 10 000 up, with narrow spaces; `digits` has no sign. */
static void add_grouped(dvk_page *p, const char *digits)
{
    const size_t whole = strcspn(digits, ".");
    for (size_t i = 0; digits[i]; i++) {
        if (whole > 4 && i > 0 && i < whole && (whole - i) % 3 == 0)
            add_string(p, "&#8239;"); /* U+202F */
        add_bytes(p, digits + i, 1);
    }
}

void dvk_page_number(dvk_page *p, double value, int digits)
{
    char text[64];
    if (!isfinite(value)) {
        add_string(p, isnan(value) ? "–" : "∞"); /* en dash, infinity */
        return;
    }
    if (value == 0) {
        add_string(p, "0");
        return;
    }
    if (value < 0)
        add_string(p, "−"); /* U+2212 */
    snprintf(text, sizeof text, "%.*e", digits - 1, fabs(value));
    const int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (exponent < -3 || exponent > 8) {
        *strchr(text, 'e') = '\0';
        dvk_page_add(p,
                     "%s·"
                     "10<sup>%s%d</sup>",
                     text, exponent < 0 ? "−" : "", abs(exponent));
        return;
    }
    snprintf(text, sizeof text, "%.*f", exponent < digits - 1 ? digits - 1 - exponent : 0, fabs(value));
    add_grouped(p, text);
}

void dvk_page_percent(dvk_page *p, double fraction, int digits)
{
    dvk_page_number(p, 100 * fraction, digits);
    if (!isnan(fraction))
        add_string(p, "&#160;%");
}

void dvk_page_plain(dvk_page *p, double value, int digits)
{
    char text[64];
    snprintf(text, sizeof text, "%.*g", digits, fabs(value));
    if (strchr(text, 'e') || !isfinite(value)) {
        dvk_page_number(p, value, digits);
        return;
    }
    add_string(p, value < 0 ? "−" : "");
    add_grouped(p, text);
}

void dvk_page_count(dvk_page *p, size_t value)
{
    char text[32];
    snprintf(text, sizeof text, "%zu", value);
    add_grouped(p, text);
}

void dvk_page_roi_name(dvk_page *p, const char *name)
{
    char shown[256];
    if (strcmp(name, "kidney_left") == 0 || strcmp(name, "kidney_right") == 0) {
        add_string(p, name[7] == 'l' ? "Left kidney" : "Right kidney");
        return;
    }
    snprintf(shown, sizeof shown, "%s", name);
    for (char *c = shown; *c; c++)
        if (*c == '_')
            *c = ' ';
    if (shown[0] >= 'a' && shown[0] <= 'z')
        shown[0] = (char)(shown[0] - 'a' + 'A');
    dvk_page_text(p, shown);
}

void dvk_page_section(dvk_page *p, const char *id, const char *heading)
{
    dvk_page_add(p, "<section id=\"%s\" aria-labelledby=\"%s-heading\">\n<h2 id=\"%s-heading\">%s</h2>\n", id, id, id,
                 heading);
}

void dvk_page_section_end(dvk_page *p)
{
    add_string(p, "</section>\n");
}

void dvk_page_fact(dvk_page *p, const char *name, const char *value)
{
    if (!value[0])
        return;
    dvk_page_add(p, "<dt>%s</dt><dd>", name);
    dvk_page_text(p, value);
    add_string(p, "</dd>\n");
}

unsigned dvk_page_id(dvk_page *p)
{
    return ++p->ids;
}

void dvk_page_open(dvk_page *p, dvk_text *out, const char *title)
{
    *p = (dvk_page){.text = out};
    p->numbers = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    p->before = uselocale(p->numbers);
    add_string(p, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                  "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                  "style-src 'unsafe-inline'; img-src data:\"/>\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                  "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>");
    dvk_page_text(p, title);
    add_string(p, "</title>\n<style>\n");
    const unsigned char *style = NULL;
    size_t length = 0;
    if (dvk_report_assets_find("style.css", &style, &length))
        add_bytes(p, (const char *)style, length);
    add_string(p, "</style>\n</head>\n<body>\n<main>\n");
}

void dvk_page_figure(dvk_page *p, const char *name, double value, int digits, const char *unit)
{
    dvk_page_add(p, "<div><dt>%s</dt><dd>", name);
    dvk_page_number(p, value, digits);
    dvk_page_add(p, "&#160;<span class=\"unit\">%s</span></dd></div>\n", unit);
}

void dvk_page_gray(dvk_page *p, const char *name, double value, double relative)
{
    dvk_page_add(p, "<div class=\"big\"><dt>%s</dt><dd>", name);
    dvk_page_number(p, value, 3);
    if (relative > 0) {
        dvk_page_add(p, " <span class=\"pm\">± ");
        dvk_page_number(p, relative * value, 2);
        dvk_page_add(p, "</span>");
    }
    dvk_page_add(p, "&#160;<span class=\"unit\">Gy</span></dd></div>\n");
}

void dvk_page_sign(dvk_page *p)
{
    dvk_page_add(p,
                 "<footer>\n<div class=\"sign\"><div>Reviewed by</div><div>Date</div><div>Signature</div></div>\n"
                 "<p class=\"small\">Research use. Not a medical device. Made by dvkit %s from the inputs named "
                 "under Provenance.</p>\n</footer>\n",
                 DVK_VERSION);
}

dvk_status dvk_page_close(dvk_page *p)
{
    add_string(p, "</main>\n</body>\n</html>\n");
    uselocale(p->before);
    if (p->numbers)
        freelocale(p->numbers);
    return p->status;
}
