/*
 * What the numbers of a label map mean: tables of value and name, from every source that the contract knows, with
 * kidneys under one name however they are spelt. Which source is taken when: physics/voi.c.
 */
#ifndef DVK_DATA_LABELS_H
#define DVK_DATA_LABELS_H

#include <stddef.h>

#include "dvk/status.h"
#include "dvk/voi.h"

typedef struct dvk_label {
    int value; /* above 0 */
    char name[DVK_NAME_SIZE];
} dvk_label;

/* Values and names are unique. */
typedef struct dvk_labels {
    size_t count, room;
    dvk_label *label;
    int highest; /* largest value that the source can give; 0: any */
} dvk_labels;

enum { DVK_HIGHEST_LABEL = 1 << 24 }; /* float32 holds every whole number up to here */

/* Lower case, underscores between words; every usual spelling of a kidney ("Left Kidney", "kidney-L", "lt_kidney") is
 * kidney_left or kidney_right. DVK_ERR_INVALID for an empty or overlong name. */
dvk_status dvk_label_name(const char *name, char out[DVK_NAME_SIZE]) DVK_MUST_USE;

/* Where each comes from, all DVK_ERR_USAGE or DVK_ERR_INVALID with the reason; free with dvk_labels_clear, whatever
 * the status. Value 0 is background and left out. */

/* "left=3,right=2,liver=1": as users type it; left and right alone mean the kidneys. */
dvk_status dvk_labels_parse(const char *text, dvk_labels *out) DVK_MUST_USE;

/* totalseg, moose, amos or flare22. */
dvk_status dvk_labels_preset(const char *name, dvk_labels *out) DVK_MUST_USE;

/* A BIDS *_dseg.tsv (columns index and name) where the path ends in .tsv; else a 3D Slicer colour table or an ITK-SNAP
 * label file, which differ line by line. */
dvk_status dvk_labels_read(const char *path, dvk_labels *out) DVK_MUST_USE;

/* The <Label Key="2" ...>name</Label> elements of a Caret XML header extension, as TotalSegmentator writes it; none is
 * an empty table. `path` is for messages. */
dvk_status dvk_labels_caret(const char *xml, const char *path, dvk_labels *out) DVK_MUST_USE;

void dvk_labels_clear(dvk_labels *labels);

/* NULL: none. */
const dvk_label *dvk_labels_named(const dvk_labels *labels, const char *name);

/* Appends one; DVK_ERR_INVALID for a value or name that is there already. `where` is for messages. */
dvk_status dvk_labels_add(dvk_labels *labels, double value, const char *name, const char *where) DVK_MUST_USE;

#endif
