/* Colour map, PNG and marching squares: see raster.h. */
#include "pipeline/report/raster.h"

#include <math.h>
#include <png.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/fail.h"

/* --- colour --- */

static double cube(double x)
{
    return x * x * x;
}

/* OKLab to linear sRGB; whether the screen can show it. */
static bool linear_rgb(double lightness, double chroma, double hue, double rgb[3])
{
    const double a = chroma * cos(hue), b = chroma * sin(hue);
    const double l = cube(lightness + 0.3963377774 * a + 0.2158037573 * b);
    const double m = cube(lightness - 0.1055613458 * a - 0.0638541728 * b);
    const double s = cube(lightness - 0.0894841775 * a - 1.2914855480 * b);
    rgb[0] = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
    rgb[1] = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
    rgb[2] = -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s;
    bool shown = true;
    for (int i = 0; i < 3; i++)
        shown = shown && rgb[i] >= 0 && rgb[i] <= 1;
    return shown;
}

static uint8_t encode_srgb(double linear)
{
    const double x = fmin(fmax(linear, 0), 1);
    const double y = x <= 0.0031308 ? 12.92 * x : 1.055 * pow(x, 1 / 2.4) - 0.055;
    return (uint8_t)(255 * y + 0.5);
}

void dvk_raster_colours(uint8_t colours[256][3])
{
    const double degree = 3.14159265358979323846 / 180;
    for (int i = 0; i < 256; i++) {
        const double t = i / 255.0;
        const double lightness = 0.10 + 0.87 * t;
        const double hue = (285 + 182 * t) * degree; /* violet, through red, to yellow */
        double rgb[3], chroma = 0.19 * sqrt(fmin(4 * t, 1)) * fmin(1, 4 * (1.07 - t));
        while (!linear_rgb(lightness, chroma, hue, rgb) && chroma > 1e-3)
            chroma *= 0.98; /* towards grey, at the same lightness and hue */
        for (int c = 0; c < 3; c++)
            colours[i][c] = encode_srgb(rgb[c]);
    }
}

/* --- PNG --- */

static void add_base64(dvk_page *p, const uint8_t *bytes, size_t count)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[1024 + 1];
    size_t used = 0;
    for (size_t i = 0; i < count; i += 3) {
        const unsigned b1 = i + 1 < count ? bytes[i + 1] : 0, b2 = i + 2 < count ? bytes[i + 2] : 0;
        const unsigned bits = (unsigned)bytes[i] << 16 | b1 << 8 | b2;
        text[used++] = digit[bits >> 18];
        text[used++] = digit[bits >> 12 & 63];
        text[used++] = i + 1 < count ? digit[bits >> 6 & 63] : '=';
        text[used++] = i + 2 < count ? digit[bits & 63] : '=';
        if (used == sizeof text - 1 || i + 3 >= count) {
            text[used] = '\0';
            dvk_page_add(p, "%s", text);
            used = 0;
        }
    }
}

static dvk_status encode_png(const uint8_t *indices, size_t width, size_t height, uint8_t **png, size_t *count)
{
    uint8_t colours[256][3];
    dvk_raster_colours(colours);
    png_image image = {.version = PNG_IMAGE_VERSION,
                       .width = (png_uint_32)width,
                       .height = (png_uint_32)height,
                       .format = PNG_FORMAT_RGB_COLORMAP,
                       .colormap_entries = 256};
    png_alloc_size_t room = PNG_IMAGE_PNG_SIZE_MAX(image);
    DVK_TRY(dvk_alloc(room, 1, png));
    if (!png_image_write_to_memory(&image, *png, &room, 0, indices, 0, colours))
        return dvk_fail(DVK_ERR_INTERNAL, "a picture of the report: %s", image.message);
    *count = room;
    return DVK_OK;
}

void dvk_raster_uri(dvk_page *p, const float *values, size_t width, size_t height, double top)
{
    uint8_t *indices = NULL, *png = NULL;
    size_t count = 0;
    if (p->status == DVK_OK)
        p->status = dvk_alloc(width * height, 1, &indices);
    if (p->status == DVK_OK) {
        for (size_t i = 0; i < width * height; i++) {
            const double t = values[i] / top;
            indices[i] = t >= 1 ? 255 : t > 0 ? (uint8_t)lround(255 * t) : 0; /* NaN is 0 */
        }
        p->status = encode_png(indices, width, height, &png, &count);
    }
    if (p->status == DVK_OK) {
        dvk_page_add(p, "data:image/png;base64,");
        add_base64(p, png, count);
    }
    dvk_free(indices);
    dvk_free(png);
}

/* --- outlines --- */

/*
 * Marching squares over cells between sample centres, with a margin of zeros all round so that every line closes. Going
 * round a cell (a b c d, clockwise), each side where the corner before is inside and the one after is not is left by a
 * line that comes back through the next side where it is the other way round. A side is left in one of its two cells
 * and entered in the other, so that `next` links the sides into loops. Side 2 s is from sample s to the right, 2 s + 1
 * down.
 */
typedef struct outline {
    const float *inside;
    size_t width, height; /* of inside[] */
    size_t columns;       /* of samples with the margin */
    float level;
    size_t *next; /* [2 * samples with the margin], side by side; 0: no line */
} outline;

/* Sample with the margin: 0 at the margin. */
static float sample(const outline *o, size_t s)
{
    const size_t i = s % o->columns, j = s / o->columns;
    if (i == 0 || j == 0 || i > o->width || j > o->height)
        return 0;
    return o->inside[(j - 1) * o->width + i - 1];
}

static void link_cell(outline *o, size_t s)
{
    const size_t corner[5] = {s, s + 1, s + o->columns + 1, s + o->columns, s};
    const size_t side[4] = {2 * s, 2 * (s + 1) + 1, 2 * (s + o->columns), 2 * s + 1};
    bool in[5];
    for (int k = 0; k < 5; k++)
        in[k] = sample(o, corner[k]) >= o->level;
    for (int k = 0; k < 4; k++) {
        if (!in[k] || in[k + 1])
            continue;
        int back = (k + 1) % 4;
        while (in[back] || !in[back + 1])
            back = (back + 1) % 4;
        o->next[side[k]] = side[back];
    }
}

static void add_point(dvk_page *p, const outline *o, size_t side, char command, double dx, double dy)
{
    const size_t s = side / 2, other = side % 2 ? s + o->columns : s + 1;
    const double u = sample(o, s), v = sample(o, other);
    const double part = (o->level - u) / (v - u);
    const double x = (double)(s % o->columns) + (side % 2 ? 0 : part),
                 y = (double)(s / o->columns) + (side % 2 ? part : 0);
    dvk_page_point(p, command, (x - 0.5) * dx, (y - 0.5) * dy);
}

void dvk_raster_outline(dvk_page *p, const float *inside, size_t width, size_t height, float level, double dx,
                        double dy)
{
    outline o = {inside, width, height, width + 2, level, NULL};
    const size_t samples = (width + 2) * (height + 2);
    if (p->status == DVK_OK)
        p->status = dvk_alloc(2 * samples, sizeof *o.next, &o.next);
    if (p->status != DVK_OK)
        return;
    for (size_t s = 0; s + o.columns + 1 < samples; s++)
        if (s % o.columns + 1 < o.columns)
            link_cell(&o, s);
    for (size_t start = 0; start < 2 * samples; start++) {
        char command = 'M';
        for (size_t side = start; o.next[side];) {
            const size_t next = o.next[side];
            add_point(p, &o, side, command, dx, dy);
            o.next[side] = 0;
            side = next;
            command = 'L';
        }
        if (command == 'L')
            dvk_page_add(p, "Z");
    }
    dvk_free(o.next);
}
