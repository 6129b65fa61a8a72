/* The C locale, for calls that take one: numbers in texts have a point wherever the program runs. */
#ifndef DVK_BASE_LOCALE_H
#define DVK_BASE_LOCALE_H

#include <locale.h>

locale_t dvk_c_locale(void);

#endif
