/*
 * Writing HTML: escaped text, numbers as people read them, the head and foot of a page.
 *
 * The first failure sticks and later calls do nothing, so that a page reads as its content and is checked once.
 */
#ifndef DVK_PIPELINE_REPORT_PAGE_H
#define DVK_PIPELINE_REPORT_PAGE_H

#include <locale.h>

#include "base/text.h"

typedef struct dvk_page {
    dvk_text *text;
    dvk_status status; /* of the first failure */
    unsigned ids;      /* given out so far, for SVG titles and clips */
    locale_t numbers, before;
} dvk_page;

/* Starts a document with its style sheet. Numbers have a decimal point until dvk_page_close, whatever the locale. */
void dvk_page_open(dvk_page *p, dvk_text *out, const char *title);
/* Ends the document and returns the first failure. */
dvk_status dvk_page_close(dvk_page *p) DVK_MUST_USE;

/* What every page begins with, up to its title. */
#define DVK_PAGE_USE "<p class=\"use\">Research use. Not a medical device.</p>\n<h1>"

/* Markup as it stands, at most 2047 bytes a call; never for text that comes from a file. */
void dvk_page_add(dvk_page *p, const char *format, ...) DVK_PRINTF(2, 3);

/* A point of a path: "M12.3 4.5". */
void dvk_page_point(dvk_page *p, char command, double x, double y);

/* Text from anywhere, with markup, control characters and broken UTF-8 made harmless. */
void dvk_page_text(dvk_page *p, const char *text);

/* A number with that many significant digits and a true minus sign; NaN is an en dash. */
void dvk_page_number(dvk_page *p, double value, int digits);
/* The same without zeros at the end: 24, 27.73. */
void dvk_page_plain(dvk_page *p, double value, int digits);
/* dvk_page_number of the value times 100, with " %". */
void dvk_page_percent(dvk_page *p, double fraction, int digits);

void dvk_page_count(dvk_page *p, size_t value);

/* "kidney_left" as "Left kidney", "lesion_3" as "Lesion 3". */
void dvk_page_roi_name(dvk_page *p, const char *name);

/* <section> with its heading; `id` may be linked to. */
void dvk_page_section(dvk_page *p, const char *id, const char *heading);
void dvk_page_section_end(dvk_page *p);

/* One row of a <dl>: a name and a value given as text. Nothing for an empty value. */
void dvk_page_fact(dvk_page *p, const char *name, const char *value);

/* One number of the headline: what it is, its value and its unit. */
void dvk_page_figure(dvk_page *p, const char *name, double value, int digits, const char *unit);
/* A large one, in Gy, with its standard uncertainty where `relative` is known. */
void dvk_page_gray(dvk_page *p, const char *name, double value, double relative);

/* The line to sign on. */
void dvk_page_sign(dvk_page *p);

/* A new id for an element. */
unsigned dvk_page_id(dvk_page *p);

#endif
