/* The report's parts: escaped text and numbers, the colour map, PNG, outlines, and the grid as it is looked at. */
#include <png.h>
#include <string.h>

#include "pipeline/report/chart.h"
#include "pipeline/report/page.h"
#include "pipeline/report/raster.h"
#include "pipeline/report/view.h"
#include "support/support.h"

/* What one call writes, without the page around it. Lent until the next call. */
static const char *written(const dvk_text *text)
{
    static char copy[4096];
    snprintf(copy, sizeof copy, "%s", text->data ? text->data : "");
    return copy;
}

static const char *number(double value, int digits)
{
    dvk_text text = {0};
    dvk_page page = {.text = &text};
    dvk_page_number(&page, value, digits);
    const char *result = written(&text);
    dvk_text_free(&text);
    return result;
}

static const char *escaped(const char *raw)
{
    dvk_text text = {0};
    dvk_page page = {.text = &text};
    dvk_page_text(&page, raw);
    const char *result = written(&text);
    dvk_text_free(&text);
    return result;
}

START_TEST(numbers_have_the_digits_asked_for)
{
    ck_assert_str_eq(number(4.6173, 3), "4.62");
    ck_assert_str_eq(number(7218.25, 4), "7218");
    ck_assert_str_eq(number(0.9996, 3), "1.00");
    ck_assert_str_eq(number(12345.6, 5), "12&#8239;346");
    ck_assert_str_eq(number(-0.25, 2), "−0.25");
    ck_assert_str_eq(number(0, 3), "0");
    ck_assert_str_eq(number(1.9816e-10, 3), "1.98·10<sup>−10</sup>");
    ck_assert_str_eq(number(NAN, 3), "–");
}
END_TEST

START_TEST(text_is_made_harmless)
{
    ck_assert_str_eq(escaped("<b a=\"1\">&'"), "&lt;b a=&quot;1&quot;&gt;&amp;&#39;");
    ck_assert_str_eq(escaped("Sundlöv"), "Sundlöv");
    ck_assert_str_eq(escaped("a\nb\x01"), "a b\xef\xbf\xbd");
    ck_assert_str_eq(escaped("\xff\xc3"), "\xef\xbf\xbd\xef\xbf\xbd"); /* no UTF-8; cut short by the end */
    ck_assert_str_eq(escaped("\xe0\x80\xbc"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* '<' written too long */
}
END_TEST

START_TEST(axes_end_on_round_numbers)
{
    ck_close(dvk_chart_round_up(6.9), 8, 1e-12);
    ck_close(dvk_chart_round_up(8), 8, 1e-12);
    ck_close(dvk_chart_round_up(0.0123), 0.015, 1e-12);
    ck_close(dvk_chart_round_up(0), 1, 0);
    ck_close(dvk_chart_round_up(NAN), 1, 0);
}
END_TEST

/* Lightness L of OKLab of an sRGB colour, by the published matrices from sRGB, apart from the map's own way back. */
static double lightness(const uint8_t colour[3])
{
    double linear[3];
    for (int i = 0; i < 3; i++) {
        const double x = colour[i] / 255.0;
        linear[i] = x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
    }
    const double l = cbrt(0.4122214708 * linear[0] + 0.5363325363 * linear[1] + 0.0514459929 * linear[2]);
    const double m = cbrt(0.2119034982 * linear[0] + 0.6806995451 * linear[1] + 0.1073969566 * linear[2]);
    const double s = cbrt(0.0883024619 * linear[0] + 0.2817188376 * linear[1] + 0.6299787005 * linear[2]);
    return 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
}

START_TEST(colours_grow_lighter_in_even_steps)
{
    uint8_t colours[256][3];
    dvk_raster_colours(colours);
    const double first = lightness(colours[0]), last = lightness(colours[255]);
    ck_assert(first < 0.15 && last > 0.95);
    for (int i = 0; i < 256; i++) /* 8 bits a channel leave up to 0.01 near black */
        ck_assert_msg(fabs(lightness(colours[i]) - (first + (last - first) * i / 255)) < 0.012, "colour %d", i);
}
END_TEST

static size_t base64_decode(const char *text, uint8_t *bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t count = 0;
    unsigned bits = 0;
    int have = 0;
    for (; *text && *text != '='; text++) {
        bits = bits << 6 | (unsigned)(strchr(digits, *text) - digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            bytes[count++] = (uint8_t)(bits >> have & 0xff);
        }
    }
    return count;
}

START_TEST(a_picture_decodes_to_its_colours)
{
    const float values[6] = {0, 1, 2, 4, 9, NAN}; /* of 4: the last but one saturates */
    const int index[6] = {0, 64, 128, 255, 255, 0};
    uint8_t colours[256][3], bytes[4096], pixels[6][3];
    dvk_raster_colours(colours);
    dvk_text text = {0};
    dvk_page page = {.text = &text};
    dvk_raster_uri(&page, values, 3, 2, 4);
    ck_ok(page.status);
    ck_assert(strncmp(text.data, "data:image/png;base64,", 22) == 0);
    png_image image = {.version = PNG_IMAGE_VERSION};
    ck_assert(png_image_begin_read_from_memory(&image, bytes, base64_decode(text.data + 22, bytes)));
    image.format = PNG_FORMAT_RGB;
    ck_assert(image.width == 3 && image.height == 2);
    ck_assert(png_image_finish_read(&image, NULL, pixels, 0, NULL));
    for (int i = 0; i < 6; i++)
        ck_assert_mem_eq(pixels[i], colours[index[i]], 3);
    dvk_text_free(&text);
}
END_TEST

/* Enclosed area of a path of M, L and Z, by the shoelace formula; holes count negative. Also counts its loops. */
static double path_area(const char *path, int *loops)
{
    double area = 0, x0 = 0, y0 = 0, x = 0, y = 0;
    *loops = 0;
    while (*path) {
        if (*path == 'Z') {
            area += x * y0 - x0 * y;
            path++;
            continue;
        }
        double nx = 0, ny = 0;
        int used = 0;
        ck_assert_int_eq(sscanf(path + 1, "%lf %lf%n", &nx, &ny, &used), 2);
        if (*path == 'M') {
            x0 = nx;
            y0 = ny;
            ++*loops;
        } else {
            area += x * ny - nx * y;
        }
        x = nx;
        y = ny;
        path += 1 + used;
    }
    return 0.5 * fabs(area);
}

static double outline_area(const float *inside, size_t width, size_t height, double dx, double dy, int *loops)
{
    dvk_text text = {0};
    dvk_page page = {.text = &text};
    dvk_raster_outline(&page, inside, width, height, 0.5f, dx, dy);
    ck_ok(page.status);
    const double area = path_area(text.data ? text.data : "", loops);
    dvk_text_free(&text);
    return area;
}

START_TEST(outlines_enclose_the_mask)
{
    const float block[4 * 3] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const float ring[3 * 3] = {1, 1, 1, 1, 0, 1, 1, 1, 1};
    const float corners[2 * 2] = {1, 0, 0, 1};
    const float nothing[2 * 2] = {0};
    int loops = 0;
    /* Midway between samples, the four corners cut by a triangle of 1/8 voxel each. */
    ck_close(outline_area(block, 4, 3, 10, 20, &loops), (12 - 0.5) * 200, 1e-12);
    ck_assert_int_eq(loops, 1);
    /* The hole is a diamond of half a voxel. */
    ck_close(outline_area(ring, 3, 3, 10, 10, &loops), (9 - 0.5 - 0.5) * 100, 1e-12);
    ck_assert_int_eq(loops, 2);
    /* Diagonal neighbours hold together: 3/4 of the square between their centres, and three triangles of 1/8 each. */
    ck_close(outline_area(corners, 2, 2, 10, 10, &loops), (0.75 + 2 * 3 / 8.0) * 100, 1e-12);
    ck_assert_int_eq(loops, 1);
    ck_assert(outline_area(nothing, 2, 2, 10, 10, &loops) == 0);
}
END_TEST

/* A 5 x 6 x 7 grid with axes i: superior, j: left, k: anterior. */
static dvk_geometry turned_grid(void)
{
    dvk_geometry g = {.n = {5, 6, 7}, .voxel_mm = {2, 3, 4}};
    g.to_world[2][0] = 2;
    g.to_world[0][1] = -3;
    g.to_world[1][2] = 4;
    g.to_world[0][3] = 100;
    return g;
}

START_TEST(screen_axes_run_left_posterior_inferior)
{
    const dvk_geometry g = turned_grid();
    const dvk_view v = dvk_view_of(&g);
    ck_assert(v.axis[0] == 1 && v.axis[1] == 2 && v.axis[2] == 0);
    ck_assert(!v.against[0] && v.against[1] && v.against[2]); /* j runs to the left as the screen does */
    ck_assert(v.n[0] == 6 && v.n[1] == 7 && v.n[2] == 5 && v.mm[0] == 3);
    const size_t first[3] = {0, 0, 0};
    ck_assert_uint_eq(dvk_view_index(&v, first), 4 + 5 * (0 + 6 * 6)); /* most superior, right and anterior */
    for (size_t i = 0; i < 5 * 6 * 7; i++) {
        size_t place[3];
        dvk_view_place(&v, i, place);
        ck_assert_uint_eq(dvk_view_index(&v, place), i);
    }
    const double corner[3] = {0, 0, 0};
    ck_close(dvk_view_world(&v, corner, 0), 100, 0);
    ck_close(dvk_view_world(&v, corner, 1), 24, 0);
    ck_close(dvk_view_world(&v, corner, 2), 8, 0);
    ck_assert(v.tilt_deg == 0);
}
END_TEST

START_TEST(a_projection_keeps_the_largest)
{
    const dvk_geometry g = turned_grid();
    const dvk_view v = dvk_view_of(&g);
    float values[5 * 6 * 7] = {0}, pixels[6 * 5];
    const size_t hot[3] = {1, 5, 2}, cold[3] = {1, 3, 2};
    values[dvk_view_index(&v, hot)] = 7;
    values[dvk_view_index(&v, cold)] = 3;
    dvk_plane plane = {.across = 0, .down = 2, .through = 1, .projection = true, .size = {6, 5}};
    dvk_view_values(&v, &plane, values, pixels);
    ck_assert(pixels[2 * 6 + 1] == 7 && pixels[0] == 0);
    plane.projection = false;
    plane.at = 3;
    dvk_view_values(&v, &plane, values, pixels);
    ck_assert(pixels[2 * 6 + 1] == 3);
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("draw")};
    tcase_add_test(cases[0], numbers_have_the_digits_asked_for);
    tcase_add_test(cases[0], text_is_made_harmless);
    tcase_add_test(cases[0], axes_end_on_round_numbers);
    tcase_add_test(cases[0], colours_grow_lighter_in_even_steps);
    tcase_add_test(cases[0], a_picture_decodes_to_its_colours);
    tcase_add_test(cases[0], outlines_enclose_the_mask);
    tcase_add_test(cases[0], screen_axes_run_left_posterior_inferior);
    tcase_add_test(cases[0], a_projection_keeps_the_largest);
    return run_suite("report_draw", cases, 1, false);
}
