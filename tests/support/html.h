/*
 * What every page of ours must be: well-formed, and closed in itself.
 */
#ifndef DVK_TESTS_HTML_H
#define DVK_TESTS_HTML_H

/* Fails the test unless tags nest, nothing is fetched, nothing runs, and the page says that it is for research. */
void check_closed_page(const char *html);

/* Writes the page to the file that DVK_REPORT_PREVIEW names, if any, to be looked at. */
void keep_page(const char *html);

#endif
