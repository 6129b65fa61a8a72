/* The dose map in three slices and a projection, with the VOIs' outlines, at one scale in mm and one in Gy. */
#include <math.h>

#include "base/alloc.h"
#include "pipeline/report/chart.h"
#include "pipeline/report/parts.h"
#include "pipeline/report/raster.h"
#include "pipeline/report/view.h"

enum { X, Y, Z }; /* screen axes: to the patient's left, to posterior, to inferior */

typedef struct images {
    const dvk_parts *parts;
    const float *dose;
    dvk_view view;
    double top;             /* dose of the last colour, Gy */
    double largest;         /* in the map */
    size_t low[3], size[3]; /* the box shown: where there is dose */
    double centre[3];       /* of the kidneys, else of all VOIs */
    double side;            /* x of the sagittal slice */
    const dvk_roi_summary *side_roi;
    double text_mm; /* height of letters */
    float *pixels;
} images;

static const dvk_voi *voi_of(const dvk_parts *parts, size_t i)
{
    return parts->report->vois ? dvk_voi_named(parts->report->vois, parts->roi[i]->name) : NULL;
}

/* A VOI that fills the picture, such as the rest of the body, would hide what it should show. */
static bool too_large(const images *s, const dvk_voi *voi)
{
    double box_mL = 1e-3;
    for (int w = 0; w < 3; w++)
        box_mL *= (double)s->size[w] * s->view.mm[w];
    return voi->volume_mL > 0.25 * box_mL;
}

/* The scale ends above the kidneys' largest dose (any VOI's where there is no kidney); hotter voxels are saturated. */
static double scale_top(const dvk_parts *parts, double largest)
{
    double top = 0;
    for (size_t i = 0; i < parts->count && (i < parts->kidneys || !parts->kidneys); i++)
        top = fmax(top, parts->roi[i]->dose_max_Gy);
    return dvk_chart_round_up(top > 0 ? fmin(top, largest) : largest);
}

static void include_place(size_t low[3], size_t high[3], const size_t place[3])
{
    for (int w = 0; w < 3; w++) {
        low[w] = place[w] < low[w] ? place[w] : low[w];
        high[w] = place[w] > high[w] ? place[w] : high[w];
    }
}

/* The first and the last voxel of each of the grid's rows above 2 % of the scale span what lies between them. */
static void include_dose(const images *s, size_t low[3], size_t high[3])
{
    const size_t voxels = dvk_geometry_voxels(s->view.geometry), n = s->view.geometry->n[0];
    const float least = (float)(0.02 * s->top);
    size_t place[3];
    for (size_t row = 0; row < voxels; row += n) {
        size_t first = 0, last = n;
        while (first < n && !(s->dose[row + first] > least))
            first++;
        while (last > first && !(s->dose[row + last - 1] > least))
            last--;
        if (first == n)
            continue;
        dvk_view_place(&s->view, row + first, place);
        include_place(low, high, place);
        dvk_view_place(&s->view, row + last - 1, place);
        include_place(low, high, place);
    }
}

/* The box of all voxels above 2 % of the scale and of all VOIs, with two voxels around; everything if there is none. */
static void find_box(images *s)
{
    size_t low[3] = {SIZE_MAX, SIZE_MAX, SIZE_MAX}, high[3] = {0}, place[3];
    include_dose(s, low, high);
    for (size_t i = 0; i < s->parts->count; i++) {
        const dvk_voi *voi = voi_of(s->parts, i);
        for (size_t v = 0; voi && v < voi->count; v++) {
            dvk_view_place(&s->view, voi->index[v], place);
            include_place(low, high, place);
        }
    }
    for (int w = 0; w < 3; w++) {
        const size_t first = low[w] > high[w] || low[w] < 2 ? 0 : low[w] - 2;
        const size_t last = low[w] > high[w] || high[w] + 2 >= s->view.n[w] ? s->view.n[w] - 1 : high[w] + 2;
        s->low[w] = first;
        s->size[w] = last - first + 1;
    }
}

/* The slices' place: the centre of the kidneys together, and for the sagittal one the VOI with the larger dose. */
static void find_centre(images *s)
{
    const dvk_parts *parts = s->parts;
    double sum[3] = {0}, weight = 0, most = -1;
    for (int w = 0; w < 3; w++)
        s->centre[w] = 0.5 * (double)(s->view.n[w] - 1);
    s->side = s->centre[X];
    for (size_t i = 0; i < parts->count && (i < parts->kidneys || !parts->kidneys); i++) {
        const dvk_voi *voi = voi_of(parts, i);
        double place[3];
        if (!voi || !voi->count)
            continue;
        dvk_view_centre(&s->view, voi, place);
        for (int w = 0; w < 3; w++)
            sum[w] += voi->volume_mL * place[w];
        weight += voi->volume_mL;
        if (parts->roi[i]->dose_mean_Gy > most) {
            most = parts->roi[i]->dose_mean_Gy;
            s->side = place[X];
            s->side_roi = parts->roi[i];
        }
    }
    for (int w = 0; w < 3 && weight > 0; w++)
        s->centre[w] = sum[w] / weight;
}

static double width_mm(const images *s, int axis)
{
    return (double)s->size[axis] * s->view.mm[axis];
}

static dvk_plane make_plane(const images *s, int across, int down, double at)
{
    dvk_plane plane = {.across = across, .down = down, .through = X + Y + Z - across - down};
    plane.at = (size_t)(at + 0.5);
    plane.low[0] = s->low[across];
    plane.low[1] = s->low[down];
    plane.size[0] = s->size[across];
    plane.size[1] = s->size[down];
    return plane;
}

static void draw_outlines(const images *s, const dvk_plane *plane)
{
    dvk_page *p = s->parts->page;
    const size_t count = plane->size[0] * plane->size[1];
    for (size_t i = 0; i < s->parts->count; i++) {
        const dvk_voi *voi = voi_of(s->parts, i);
        if (!voi || too_large(s, voi))
            continue;
        float most = 0;
        dvk_view_voi(&s->view, plane, voi, s->pixels);
        for (size_t v = 0; v < count; v++)
            most = fmaxf(most, s->pixels[v]);
        if (most == 0)
            continue; /* this VOI is elsewhere */
        const unsigned id = dvk_page_id(p), colour = dvk_parts_colour(s->parts, i);
        dvk_page_add(p, "<defs><path class=\"v%u\" id=\"o%u\" d=\"", colour, id);
        dvk_raster_outline(p, s->pixels, plane->size[0], plane->size[1], 0.5f * fminf(most, 1),
                           s->view.mm[plane->across], s->view.mm[plane->down]);
        dvk_page_add(p, "\"/></defs><use class=\"halo\" href=\"#o%u\"/><use class=\"outline v%u\" href=\"#o%u\"/>\n",
                     id, colour, id);
    }
}

/* The letters at the four edges, and a bar of 50 or 100 mm. */
static void draw_marks(const images *s, const dvk_plane *plane)
{
    static const char letter[3][2] = {{'R', 'L'}, {'A', 'P'}, {'S', 'I'}};
    dvk_page *p = s->parts->page;
    const double w = width_mm(s, plane->across), h = width_mm(s, plane->down), t = s->text_mm;
    const char *text = "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%c</text>";
    dvk_page_add(p, text, 0.4 * t, 0.5 * h + 0.35 * t, "start", letter[plane->across][0]);
    dvk_page_add(p, text, w - 0.4 * t, 0.5 * h + 0.35 * t, "end", letter[plane->across][1]);
    dvk_page_add(p, text, 0.5 * w, 1.1 * t, "middle", letter[plane->down][0]);
    dvk_page_add(p, text, 0.5 * w, h - 0.5 * t, "middle", letter[plane->down][1]);
    const int bar = w > 280 ? 100 : w > 140 ? 50 : w > 56 ? 20 : 5;
    dvk_page_add(p,
                 "\n<path class=\"bar\" d=\"M%.1f %.1fh%d\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">"
                 "%d mm</text>\n",
                 w - 0.5 * t - bar, h - 0.7 * t, bar, w - 0.5 * t, h - 1.2 * t, bar);
}

static void panel(const images *s, const dvk_plane *plane, const char *name, const char *describe)
{
    dvk_page *p = s->parts->page;
    const unsigned id = dvk_page_id(p);
    const double w = width_mm(s, plane->across), h = width_mm(s, plane->down);
    dvk_view_values(&s->view, plane, s->dose, s->pixels);
    dvk_page_add(p,
                 "<figure style=\"--w:%.3f\">\n<svg class=\"slice\" viewBox=\"0 0 %.2f %.2f\" "
                 "style=\"font-size:%.1fpx\" role=\"img\" "
                 "aria-labelledby=\"t%u d%u\">\n<title id=\"t%u\">%s</title><desc id=\"d%u\">%s</desc>\n",
                 w / fmax(width_mm(s, X), width_mm(s, Y)), w, h, s->text_mm, id, id, id, name, id, describe);
    dvk_page_add(p, "<image width=\"%.2f\" height=\"%.2f\" preserveAspectRatio=\"none\" href=\"", w, h);
    dvk_raster_uri(p, s->pixels, plane->size[0], plane->size[1], s->top);
    dvk_page_add(p, "\"/>\n");
    draw_outlines(s, plane);
    draw_marks(s, plane);
    dvk_page_add(p, "</svg>\n<figcaption><b>%s</b>", name);
    if (!plane->projection) {
        double place[3] = {s->centre[X], s->centre[Y], s->centre[Z]};
        place[plane->through] = (double)plane->at;
        dvk_page_add(p, ", %c = ", "xyz"[plane->through]);
        dvk_page_plain(p, round(dvk_view_world(&s->view, place, plane->through)), 6);
        dvk_page_add(p, "&#160;mm");
    }
    if (plane->through == X && s->side_roi) {
        dvk_page_add(p, ", ");
        dvk_page_roi_name(p, s->side_roi->name);
    }
    dvk_page_add(p, "</figcaption>\n</figure>\n");
}

static void colour_bar(const images *s)
{
    dvk_page *p = s->parts->page;
    float ramp[256];
    for (int i = 0; i < 256; i++)
        ramp[i] = (float)i;
    dvk_page_add(
        p,
        "<svg class=\"ramp\" viewBox=\"-14 0 348 52\" role=\"img\" aria-label=\"Colour scale from 0 to %g Gy\">"
        "<image x=\"8\" width=\"304\" height=\"14\" y=\"2\" preserveAspectRatio=\"none\" href=\"",
        s->top);
    dvk_raster_uri(p, ramp, 256, 1, 255);
    dvk_page_add(p, "\"/>\n");
    for (int i = 0; i <= 4; i++)
        dvk_page_add(
            p, "<path class=\"axis\" d=\"M%d 16v4\"/><text x=\"%d\" y=\"33\" text-anchor=\"middle\">%s%g</text>\n",
            8 + 76 * i, 8 + 76 * i, i == 4 && s->largest > s->top ? "≥" : "", 0.25 * i * s->top);
    dvk_page_add(p,
                 "<text class=\"label\" x=\"160\" y=\"48\" text-anchor=\"middle\">absorbed dose (Gy)</text></svg>\n");
}

static void key(const images *s)
{
    dvk_page *p = s->parts->page;
    dvk_page_add(p, "<div class=\"key\">\n");
    colour_bar(s);
    dvk_parts_legend(s->parts, true);
    dvk_page_add(p, "<p class=\"small\">Radiological orientation: the patient’s right is on the left. All "
                    "four at one scale, cropped to where the dose exceeds 2&#160;%% of the scale. The largest dose in "
                    "the map is ");
    dvk_page_number(p, s->largest, 3);
    dvk_page_add(p, "&#160;Gy. World coordinates are RAS+ in mm.");
    for (size_t i = 0; i < s->parts->count; i++) {
        const dvk_voi *voi = voi_of(s->parts, i);
        if (voi && !too_large(s, voi))
            continue;
        dvk_page_add(p, " ");
        dvk_page_roi_name(p, s->parts->roi[i]->name);
        dvk_page_add(p, voi ? ": too large for an outline." : ": no outline.");
    }
    if (s->view.tilt_deg > 1) {
        dvk_page_add(p, " The grid is tilted by ");
        dvk_page_number(p, s->view.tilt_deg, 2);
        dvk_page_add(p, "° against these axes; slices follow the grid.");
    }
    dvk_page_add(p, "</p>\n</div>\n");
}

static void write_panels(images *s)
{
    const double wide = width_mm(s, X), deep = width_mm(s, Y);
    const dvk_plane axial = make_plane(s, X, Y, s->centre[Z]), coronal = make_plane(s, X, Z, s->centre[Y]);
    const dvk_plane sagittal = make_plane(s, Y, Z, s->side);
    dvk_plane mip = coronal;
    mip.projection = true;
    s->text_mm = (2 * wide + deep) / 80;
    dvk_page_add(s->parts->page, "<div class=\"slices\" style=\"grid-template-columns:%.0ffr %.0ffr %.0ffr\">\n", wide,
                 wide, deep);
    panel(s, &mip, "Maximum-intensity projection", "The largest dose along each line from front to back.");
    panel(s, &coronal, "Coronal", "Dose in the coronal slice through the kidneys’ centre.");
    panel(s, &sagittal, "Sagittal", "Dose in the sagittal slice through the centre of one kidney.");
    panel(s, &axial, "Axial", "Dose in the axial slice through the kidneys’ centre.");
    key(s);
    dvk_page_add(s->parts->page, "</div>\n");
}

/* Of what is above 0, else 0; several at a time, which a processor does at once. */
static double largest_of(const float *dose, size_t voxels)
{
    enum { LANES = 16 };
    float most[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= voxels; i += LANES)
        for (size_t k = 0; k < LANES; k++)
            most[k] = dose[i + k] > most[k] ? dose[i + k] : most[k];
    for (; i < voxels; i++)
        most[0] = dose[i] > most[0] ? dose[i] : most[0];
    for (size_t k = 1; k < LANES; k++)
        most[0] = most[k] > most[0] ? most[k] : most[0];
    return (double)most[0];
}

void dvk_report_images(const dvk_parts *parts)
{
    dvk_page *p = parts->page;
    if (!parts->report->dose)
        return;
    images s = {.parts = parts,
                .dose = dvk_volume_values(parts->report->dose),
                .view = dvk_view_of(dvk_volume_geometry(parts->report->dose))};
    s.largest = largest_of(s.dose, dvk_geometry_voxels(s.view.geometry));
    s.top = scale_top(parts, s.largest);
    find_box(&s);
    find_centre(&s);
    const size_t a = s.size[0], b = s.size[1], c = s.size[2];
    const size_t room = a * b > a * c ? (a * b > b * c ? a * b : b * c) : (a * c > b * c ? a * c : b * c);
    if (p->status == DVK_OK)
        p->status = dvk_alloc(room, sizeof *s.pixels, &s.pixels);
    if (p->status != DVK_OK)
        return;
    dvk_page_section(p, "dose-map", "Absorbed dose map");
    write_panels(&s);
    dvk_page_section_end(p);
    dvk_free(s.pixels);
}
