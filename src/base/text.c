/* Locale-free numbers and a growing text. Numbers as texts: shortest.c. */
#include "base/text.h"

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "base/locale.h"

/* Length of the decimal number at `text`: [+-]digits[.digits][e[+-]digits]; 0 if none stands there. */
static size_t number_length(const char *text)
{
    size_t i = (text[0] == '+' || text[0] == '-') ? 1 : 0;
    size_t digits = 0;
    for (; isdigit((unsigned char)text[i]); i++)
        digits++;
    if (text[i] == '.')
        for (i++; isdigit((unsigned char)text[i]); i++)
            digits++;
    if (!digits)
        return 0;
    if (text[i] == 'e' || text[i] == 'E') {
        size_t exponent = i + 1;
        if (text[exponent] == '+' || text[exponent] == '-')
            exponent++;
        if (isdigit((unsigned char)text[exponent])) {
            while (isdigit((unsigned char)text[exponent]))
                exponent++;
            i = exponent;
        }
    }
    return i;
}

static locale_t the_c_locale;
static once_flag c_locale_made = ONCE_FLAG_INIT;

static void make_c_locale(void)
{
    the_c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

locale_t dvk_c_locale(void)
{
    call_once(&c_locale_made, make_c_locale);
    return the_c_locale;
}

bool dvk_text_number(const char *text, double *out, const char **end)
{
    char copy[128];
    while (isspace((unsigned char)*text))
        text++;
    const size_t length = number_length(text);
    if (!length || length >= sizeof copy)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    *out = strtod_l(copy, NULL, dvk_c_locale());
    *end = text + length;
    return isfinite(*out); /* 1e999 is no number that we can hold */
}

static dvk_status make_room(dvk_text *t, size_t more)
{
    if (t->length + more + 1 <= t->room)
        return DVK_OK;
    const size_t room = (t->length + more + 1) * 2;
    DVK_TRY(dvk_grow(t->length, room, 1, &t->data));
    t->room = room;
    return DVK_OK;
}

dvk_status dvk_text_add_bytes(dvk_text *t, const char *bytes, size_t count)
{
    DVK_TRY(make_room(t, count));
    memcpy(t->data + t->length, bytes, count);
    t->length += count;
    t->data[t->length] = '\0';
    return DVK_OK;
}

dvk_status dvk_text_add(dvk_text *t, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0)
        return dvk_fail(DVK_ERR_INTERNAL, "cannot format a text");
    DVK_TRY(make_room(t, (size_t)length));
    va_start(args, format);
    vsnprintf(t->data + t->length, (size_t)length + 1, format, args);
    va_end(args);
    t->length += (size_t)length;
    return DVK_OK;
}

dvk_status dvk_text_add_number(dvk_text *t, double value)
{
    char text[32];
    dvk_text_shortest(value, text);
    return dvk_text_add_bytes(t, text, strlen(text));
}

void dvk_text_free(dvk_text *t)
{
    dvk_free(t->data);
    *t = (dvk_text){0};
}

dvk_status dvk_text_give(dvk_text *t, dvk_status made, char **out)
{
    *out = made == DVK_OK ? t->data : NULL;
    if (made != DVK_OK)
        dvk_text_free(t);
    return made;
}

size_t dvk_text_distance(const char *a, const char *b)
{
    enum { LONGEST = 64 };
    size_t row[LONGEST + 1];
    const size_t na = strlen(a), nb = strlen(b);
    if (na > LONGEST || nb > LONGEST)
        return LONGEST;
    for (size_t j = 0; j <= nb; j++)
        row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= nb; j++) {
            const size_t above = row[j];
            const size_t change = diagonal + (tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]));
            const size_t edit = (above < row[j - 1] ? above : row[j - 1]) + 1;
            row[j] = change < edit ? change : edit;
            diagonal = above;
        }
    }
    return row[nb];
}

/* Length of the well-formed UTF-8 sequence at `p` (no surrogates, nothing overlong, nothing past U+10FFFF); 0: none. */
static size_t utf8_length(const unsigned char *p)
{
    if (p[0] < 0x80)
        return 1;
    const size_t length = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
        (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return length;
}

dvk_status dvk_text_utf8(const char *text, char **out)
{
    static const char replacement[] = "\xef\xbf\xbd";
    const size_t growth = sizeof replacement - 1;
    size_t room = 0;
    DVK_TRY(dvk_multiply(strlen(text), growth, &room));
    DVK_TRY(dvk_alloc(room + 1, 1, out));
    char *to = *out;
    while (*text) {
        const size_t length = utf8_length((const unsigned char *)text);
        memcpy(to, length ? text : replacement, length ? length : growth);
        to += length ? length : growth;
        text += length ? length : 1;
    }
    return DVK_OK;
}
