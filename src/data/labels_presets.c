/*
 * The label numbers that segmentation programs publish, as far as a dose report needs them. Each preset also knows the
 * highest number of its program: a map that holds a higher one was made by another.
 */
#include <string.h>

#include "base/fail.h"
#include "data/labels.h"

/* TotalSegmentator 2, task `total` (totalsegmentator/map_to_binary.py): 117 classes, here those without bones, muscles
 * and vessels. */
static const dvk_label totalseg[] = {
    {1, "spleen"},
    {2, "kidney_right"},
    {3, "kidney_left"},
    {4, "gallbladder"},
    {5, "liver"},
    {6, "stomach"},
    {7, "pancreas"},
    {8, "adrenal_gland_right"},
    {9, "adrenal_gland_left"},
    {15, "esophagus"},
    {16, "trachea"},
    {17, "thyroid_gland"},
    {18, "small_bowel"},
    {19, "duodenum"},
    {20, "colon"},
    {21, "urinary_bladder"},
    {22, "prostate"},
    {23, "kidney_cyst_left"},
    {24, "kidney_cyst_right"},
};

/* MOOSE 3 (moosez), model clin_ct_organs (moosez/resources.py, 2024 on). MOOSE 2 used other numbers. */
static const dvk_label moose[] = {
    {1, "adrenal_gland_left"},
    {2, "adrenal_gland_right"},
    {3, "bladder"},
    {4, "brain"},
    {5, "gallbladder"},
    {6, "kidney_left"},
    {7, "kidney_right"},
    {8, "liver"},
    {9, "lung_lower_lobe_left"},
    {10, "lung_lower_lobe_right"},
    {11, "lung_middle_lobe_right"},
    {12, "lung_upper_lobe_left"},
    {13, "lung_upper_lobe_right"},
    {14, "pancreas"},
    {15, "spleen"},
    {16, "stomach"},
    {17, "thyroid_left"},
    {18, "thyroid_right"},
    {19, "trachea"},
};

/* AMOS 2022 challenge (Ji et al., NeurIPS 2022), dataset.json. */
static const dvk_label amos[] = {
    {1, "spleen"},
    {2, "kidney_right"},
    {3, "kidney_left"},
    {4, "gallbladder"},
    {5, "esophagus"},
    {6, "liver"},
    {7, "stomach"},
    {8, "aorta"},
    {9, "postcava"},
    {10, "pancreas"},
    {11, "adrenal_gland_right"},
    {12, "adrenal_gland_left"},
    {13, "duodenum"},
    {14, "bladder"},
    {15, "prostate_uterus"},
};

/* MICCAI FLARE 2022 challenge, dataset.json. */
static const dvk_label flare22[] = {
    {1, "liver"},
    {2, "kidney_right"},
    {3, "spleen"},
    {4, "pancreas"},
    {5, "aorta"},
    {6, "inferior_vena_cava"},
    {7, "adrenal_gland_right"},
    {8, "adrenal_gland_left"},
    {9, "gallbladder"},
    {10, "esophagus"},
    {11, "stomach"},
    {12, "duodenum"},
    {13, "kidney_left"},
};

#define LIST(labels) labels, sizeof labels / sizeof labels[0]

static const struct {
    const char *name;
    const dvk_label *label;
    size_t count;
    int highest;
} presets[] = {
    {"totalseg", LIST(totalseg), 117},
    {"moose", LIST(moose), 19},
    {"amos", LIST(amos), 15},
    {"flare22", LIST(flare22), 13},
};

dvk_status dvk_labels_preset(const char *name, dvk_labels *out)
{
    *out = (dvk_labels){0};
    for (size_t p = 0; p < sizeof presets / sizeof presets[0]; p++) {
        if (strcmp(presets[p].name, name) != 0)
            continue;
        out->highest = presets[p].highest;
        for (size_t i = 0; i < presets[p].count; i++)
            DVK_TRY(dvk_labels_add(out, presets[p].label[i].value, presets[p].label[i].name, name));
        return DVK_OK;
    }
    return dvk_fail(DVK_ERR_USAGE, "--labels-preset: '%s' is not totalseg, moose, amos or flare22", name);
}
