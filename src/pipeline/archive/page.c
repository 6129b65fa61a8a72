/* The cohort on one page of HTML, without script: what was done, dose per activity by cycle, BED against the limit,
 * every case with its flags and a link to its report, every failure with its reason. */
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"
#include "pipeline/archive/cohort.h"
#include "pipeline/report/chart.h"

static const char *const kidneys[] = {"kidney_left", "kidney_right"}, *const sides[] = {"left", "right"};

/* --- against the limit --- */

static double bed_of(const dvk_cohort_patient *patient, const char *name)
{
    for (size_t s = 0; patient->course && s < patient->course->sum_count; s++)
        if (strcmp(patient->course->sums[s].name, name) == 0)
            return patient->course->sums[s].bed.sum_Gy;
    return NAN;
}

static double limit_of(const dvk_cohort *c)
{
    for (size_t i = 0; i < c->patient_count; i++)
        if (c->patients[i].course)
            return c->patients[i].course->options.limit_bed_Gy;
    return NAN;
}

/* By how much a kidney is over the limit; 0: it is not, or nothing is known. */
static double excess(const dvk_cohort *c, const dvk_cohort_patient *patient, const char *name)
{
    const double over = bed_of(patient, name) - limit_of(c);
    return over > 0 ? over : 0;
}

static bool is_over(const dvk_cohort *c, const dvk_cohort_patient *patient)
{
    return excess(c, patient, kidneys[0]) > 0 || excess(c, patient, kidneys[1]) > 0;
}

/* --- the head --- */

static void write_attention(const dvk_cohort *c, dvk_page *p)
{
    size_t over = 0;
    for (size_t i = 0; i < c->patient_count; i++)
        over += is_over(c, &c->patients[i]);
    if (over == 0)
        return;
    dvk_page_add(p, "<p class=\"attention\">");
    dvk_page_count(p, over);
    dvk_page_add(p, over == 1 ? " patient has" : " patients have");
    dvk_page_add(p, " a kidney over the BED limit of ");
    dvk_page_plain(p, limit_of(c), 4);
    dvk_page_add(p, " Gy: <a href=\"#patients\">marked in the table</a>.</p>\n");
}

static void write_stale(const dvk_cohort *c, dvk_page *p)
{
    if (c->counts.stale == 0)
        return;
    dvk_page_add(p, "<p class=\"attention\">");
    dvk_page_count(p, c->counts.stale);
    dvk_page_add(p, c->counts.stale == 1 ? " cycle has" : " cycles have");
    dvk_page_add(p, " a result of other parameters, back end or program than the others, which %s here.</p>\n",
                 c->with_stale ? "is mixed in" : "is not counted");
}

static void write_head(const dvk_cohort *c, dvk_page *p)
{
    dvk_page_add(p, DVK_PAGE_USE "Cohort</h1>\n<p class=\"lead\">");
    dvk_page_count(p, c->patient_count);
    dvk_page_add(p, " patients, ");
    dvk_page_count(p, c->counts.cases);
    dvk_page_add(p, " cycles: ");
    dvk_page_count(p, c->counts.done);
    dvk_page_add(p, " done, ");
    dvk_page_add(p, c->counts.failed ? "<a href=\"#failures\">" : "");
    dvk_page_count(p, c->counts.failed);
    dvk_page_add(p, " failed%s, ", c->counts.failed ? "</a>" : "");
    dvk_page_count(p, c->counts.left);
    dvk_page_add(p, " left");
    if (c->counts.stale) {
        dvk_page_add(p, ", <a href=\"#failures\">");
        dvk_page_count(p, c->counts.stale);
        dvk_page_add(p, " stale</a>");
    }
    dvk_page_add(p, "</p>\n<ul class=\"legend\"><li><span class=\"swatch v0\"></span>Left kidney</li>"
                    "<li><span class=\"swatch v1\"></span>Right kidney</li></ul>\n");
    write_attention(c, p);
    write_stale(c, p);
}

/* --- dose per activity by cycle --- */

static void largest_axes(const dvk_cohort *c, double *cycles, double *dose)
{
    *cycles = 1;
    *dose = 0;
    for (size_t i = 0; i < c->count; i++) {
        *cycles = fmax(*cycles, (double)c->cases[i].cycle);
        for (int k = 0; k < 2; k++)
            *dose =
                fmax(*dose, dvk_cohort_number(dvk_cohort_roi(&c->cases[i], kidneys[k]), "dose_per_activity_Gy_GBq"));
    }
}

static void write_cycles(const dvk_cohort *c, dvk_page *p)
{
    double cycles = 0, dose = 0;
    largest_axes(c, &cycles, &dose);
    dvk_page_section(p, "cycles", "Dose per activity by cycle");
    if (dose > 0) {
        dvk_chart chart = {.page = p,
                           .x = {.label = "cycle", .low = 0.5, .high = cycles + 0.5, .step = 1},
                           .y = {.label = "Gy/GBq", .high = dvk_chart_round_up(1.05 * dose)},
                           .title = "Dose per activity by cycle",
                           .description = "One dot a kidney and cycle"};
        dvk_page_add(p, "<figure>");
        dvk_chart_begin(&chart);
        for (size_t i = 0; i < c->count; i++)
            for (int k = 0; k < 2; k++) {
                const double y =
                    dvk_cohort_number(dvk_cohort_roi(&c->cases[i], kidneys[k]), "dose_per_activity_Gy_GBq");
                if (!isnan(y)) /* left and right beside each other */
                    dvk_chart_dot(&chart, k ? "dot v1" : "dot v0", (double)c->cases[i].cycle + (k ? 0.06 : -0.06), y);
            }
        dvk_chart_end(&chart);
        dvk_page_add(p, "</figure>\n");
    } else {
        dvk_page_add(p, "<p>The injected activities are not known.</p>\n");
    }
    dvk_page_section_end(p);
}

/* --- BED against the limit --- */

static void write_limit(const dvk_cohort *c, dvk_page *p)
{
    const double limit = limit_of(c);
    double most = isnan(limit) ? 0 : limit;
    for (size_t i = 0; i < c->patient_count; i++)
        for (int k = 0; k < 2; k++)
            most = fmax(most, bed_of(&c->patients[i], kidneys[k]));
    dvk_page_section(p, "limit", "BED of all cycles against the limit");
    if (most > 0) {
        const double end = (double)c->patient_count + 0.5;
        dvk_chart chart = {.page = p,
                           .x = {.label = "patient, in the table's order", .low = 0.5, .high = end, .step = -1},
                           .y = {.label = "BED (Gy)", .high = dvk_chart_round_up(1.05 * most)},
                           .title = "BED of all cycles",
                           .description = "One bar a patient and kidney, and the limit as a line"};
        dvk_page_add(p, "<figure>");
        dvk_chart_begin(&chart);
        for (size_t i = 0; i < c->patient_count; i++)
            for (int k = 0; k < 2; k++) {
                const double from = (double)i + (k ? 1.02 : 0.7), bed = bed_of(&c->patients[i], kidneys[k]);
                if (!isnan(bed))
                    dvk_chart_box(&chart, k ? "part v1" : "part v0", from, 0, from + 0.28, bed);
            }
        if (!isnan(limit))
            dvk_chart_line(&chart, "limit", (const double[]){0.5, end}, (const double[]){limit, limit}, 2);
        dvk_chart_end(&chart);
        if (!isnan(limit)) {
            dvk_page_add(p, "<figcaption>Line: the limit of ");
            dvk_page_plain(p, limit, 4);
            dvk_page_add(p, " Gy</figcaption>");
        }
        dvk_page_add(p, "</figure>\n");
    } else {
        dvk_page_add(p, "<p>There is no BED to show.</p>\n");
    }
    dvk_page_section_end(p);
}

/* --- patients and cases --- */

static void write_excess(const dvk_cohort *c, const dvk_cohort_patient *patient, dvk_page *p)
{
    const char *between = "over the limit: ";
    for (int k = 0; k < 2; k++)
        if (excess(c, patient, kidneys[k]) > 0) {
            dvk_page_add(p, "%s%s by ", between, sides[k]);
            dvk_page_number(p, excess(c, patient, kidneys[k]), 3);
            dvk_page_add(p, " Gy");
            between = ", ";
        }
}

static void write_patients(const dvk_cohort *c, dvk_page *p)
{
    dvk_page_section(p, "patients", "Patients");
    dvk_page_add(p,
                 "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Patient</th><th scope=\"col\">Cycles</th>"
                 "<th scope=\"col\">Not done</th><th scope=\"col\">BED left <span class=\"unit\">Gy</span></th>"
                 "<th scope=\"col\">BED right <span class=\"unit\">Gy</span></th><th scope=\"col\" "
                 "class=\"text\">Remark</th></tr>"
                 "</thead>\n<tbody>\n");
    for (size_t i = 0; i < c->patient_count; i++) {
        const dvk_cohort_patient *patient = &c->patients[i];
        dvk_page_add(p, "<tr%s><th scope=\"row\">", is_over(c, patient) ? " class=\"over\"" : "");
        dvk_page_text(p, c->cases[patient->first].state.participant);
        dvk_page_add(p, "</th><td>%zu</td><td>%zu</td>", patient->done, patient->count - patient->done);
        for (int k = 0; k < 2; k++) {
            const bool over = excess(c, patient, kidneys[k]) > 0;
            dvk_page_add(p, over ? "<td><b>" : "<td>");
            dvk_page_number(p, bed_of(patient, kidneys[k]), 4);
            dvk_page_add(p, over ? "</b></td>" : "</td>");
        }
        dvk_page_add(p, "<td class=\"words text\">");
        write_excess(c, patient, p);
        dvk_page_text(p, patient->problem);
        dvk_page_add(p, "</td></tr>\n");
    }
    dvk_page_add(p, "</tbody></table></div>\n");
    dvk_page_section_end(p);
}

/* --- flags --- */

static void write_letter(size_t kind, dvk_page *p)
{
    if (kind >= 26)
        write_letter(kind / 26 - 1, p);
    dvk_page_add(p, "%c", (char)('a' + kind % 26));
}

static void write_kinds(const dvk_flag_kinds *kinds, dvk_page *p)
{
    if (kinds->count == 0)
        return;
    dvk_page_section(p, "flags", "Flags");
    dvk_page_add(p, "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">Letter below</th>"
                    "<th scope=\"col\">Kidneys</th><th scope=\"col\" class=\"text\">Flag</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < kinds->count; i++) {
        dvk_page_add(p, "<tr><th scope=\"row\">");
        write_letter(i, p);
        dvk_page_add(p, "</th><td>%zu</td><td class=\"words text\">", kinds->kind[i].kidneys);
        dvk_page_text(p, kinds->kind[i].words);
        dvk_page_add(p, "</td></tr>\n");
    }
    dvk_page_add(p, "</tbody></table></div>\n");
    dvk_page_section_end(p);
}

/* "left a b", each letter with its flag in full for who points at it. */
static void write_flags(const dvk_flag_kinds *kinds, const json_t *roi, const char *side, dvk_page *p)
{
    const json_t *flags = json_object_get(roi, "flags");
    if (json_array_size(flags) > 0)
        dvk_page_add(p, "%s", side);
    for (size_t f = 0; f < json_array_size(flags); f++) {
        const char *flag = json_string_value(json_array_get(flags, f));
        if (!flag)
            continue;
        dvk_page_add(p, " <abbr title=\"");
        dvk_page_text(p, flag);
        dvk_page_add(p, "\">");
        write_letter(dvk_flag_find(kinds, flag), p);
        dvk_page_add(p, "</abbr>");
    }
}

static void write_case(const dvk_cohort *c, const dvk_cohort_case *k, const dvk_flag_kinds *kinds, dvk_page *p)
{
    dvk_page_add(p, "<tr><th scope=\"row\"><a href=\"%s", c->bids ? "" : "../");
    dvk_page_text(p, k->report);
    dvk_page_add(p, "\">");
    dvk_page_text(p, k->id);
    dvk_page_add(p, "</a></th>");
    for (int side = 0; side < 2; side++) {
        const json_t *roi = dvk_cohort_roi(k, kidneys[side]);
        const double values[] = {dvk_cohort_number(roi, "dose_mean_Gy"),
                                 dvk_cohort_number(roi, "dose_per_activity_Gy_GBq"), dvk_cohort_number(roi, "bed_Gy")};
        for (int v = 0; v < 3; v++) {
            dvk_page_add(p, "<td>");
            dvk_page_number(p, values[v], 3);
            dvk_page_add(p, "</td>");
        }
    }
    dvk_page_add(p, "<td class=\"words text\">");
    for (int side = 0; side < 2; side++) {
        const json_t *roi = dvk_cohort_roi(k, kidneys[side]);
        const bool second = side && json_array_size(json_object_get(dvk_cohort_roi(k, kidneys[0]), "flags")) > 0;
        dvk_page_add(p, second && json_array_size(json_object_get(roi, "flags")) > 0 ? ", " : "");
        write_flags(kinds, roi, sides[side], p);
    }
    dvk_page_add(p, "</td></tr>\n");
}

static void write_cases(const dvk_cohort *c, const dvk_flag_kinds *kinds, dvk_page *p)
{
    dvk_page_section(p, "cases", "Cases");
    dvk_page_add(p, "<div class=\"scroll\"><table class=\"full\">\n<thead><tr><th scope=\"col\">Case</th>");
    for (int side = 0; side < 2; side++)
        dvk_page_add(p,
                     "<th scope=\"col\"><span class=\"swatch v%d\"></span>%s mean <span class=\"unit\">Gy</span></th>"
                     "<th scope=\"col\"><span class=\"unit\">Gy/GBq</span></th>"
                     "<th scope=\"col\">BED <span class=\"unit\">Gy</span></th>",
                     side, side ? "Right" : "Left");
    dvk_page_add(p, "<th scope=\"col\" class=\"text\">Flags</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < c->count; i++)
        if (c->cases[i].summary)
            write_case(c, &c->cases[i], kinds, p);
    dvk_page_add(p, "</tbody></table></div>\n");
    dvk_page_section_end(p);
}

static void write_failures(const dvk_cohort *c, dvk_page *p)
{
    if (c->counts.failed + c->counts.stale == 0)
        return;
    dvk_page_section(p, "failures", c->counts.stale ? "Failures and stale results" : "Failures");
    dvk_page_add(p, "<div class=\"scroll\"><table class=\"full\">\n<thead><tr><th scope=\"col\">Case</th><th "
                    "scope=\"col\">Step</th>"
                    "<th scope=\"col\" class=\"text\">What is wrong</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < c->count; i++) {
        const dvk_archive_state *s = &c->cases[i].state;
        if (strcmp(s->state, "failed") != 0 && strcmp(s->state, "stale") != 0)
            continue;
        dvk_page_add(p, "<tr><th scope=\"row\">");
        dvk_page_text(p, c->cases[i].id);
        dvk_page_add(p, "</th><td>");
        dvk_page_text(p, s->stage ? s->stage : "");
        dvk_page_add(p, "</td><td class=\"words text\">");
        dvk_page_text(p, s->message ? s->message : "");
        dvk_page_add(p, "</td></tr>\n");
    }
    dvk_page_add(p, "</tbody></table></div>\n");
    dvk_page_section_end(p);
}

dvk_status dvk_cohort_page(const dvk_cohort *c, dvk_text *t)
{
    dvk_page p;
    dvk_flag_kinds kinds;
    dvk_status status = dvk_flag_kinds_of(c, kidneys, 2, &kinds);
    if (status == DVK_OK) {
        dvk_page_open(&p, t, "Cohort");
        write_head(c, &p);
        write_cycles(c, &p);
        write_limit(c, &p);
        write_failures(c, &p);
        write_patients(c, &p);
        write_kinds(&kinds, &p);
        write_cases(c, &kinds, &p);
        status = dvk_page_close(&p);
    }
    dvk_free(kinds.kind);
    return status;
}
