/* An archive against another while it is being worked on. */
#ifndef DVK_PIPELINE_AGREEMENT_H
#define DVK_PIPELINE_AGREEMENT_H

#include "dvk/agreement.h"

#include "base/text.h"

/* agreement_read.c: the pairs of both archives. */
dvk_status dvk_archives_read(dvk_archives *c) DVK_MUST_USE;

/* agreement_write.c */
dvk_status dvk_archives_write(const dvk_archives *c) DVK_MUST_USE;

/* report/agreement.c: the page. */
dvk_status dvk_report_archives_html(const dvk_archives *c, dvk_text *out) DVK_MUST_USE;

#endif
