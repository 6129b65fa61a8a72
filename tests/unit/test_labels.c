/* Label tables: each format as its program writes it, the presets' kidneys, every spelling of a kidney. */
#include <string.h>

#include "data/labels.h"
#include "support/files.h"
#include "support/support.h"

#define SAID(text) ck_assert_msg(strstr(dvk_last_message(), text), "%s", dvk_last_message())

static int value_of(const dvk_labels *labels, const char *name)
{
    const dvk_label *found = dvk_labels_named(labels, name);
    ck_assert_msg(found != NULL, "no %s", name);
    return found->value;
}

START_TEST(kidneys_have_one_name)
{
    static const char *const left[] = {"left_kidney", "Kidney L",      "kidney-left", "Left Kidney", "lt_kidney",
                                       "KIDNEY_LEFT", "kidney (left)", "LeftKidney",  "L. kidney"};
    static const char *const others[][2] = {{"Kidney Cyst Left", "kidney_cyst_left"},
                                            {"kidneys", "kidneys"},
                                            {"  Tumour  #1 ", "tumour_1"},
                                            {"Kidney left 2", "kidney_left_2"},
                                            {"left adrenal gland", "left_adrenal_gland"}};
    char name[DVK_NAME_SIZE];
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        ck_ok(dvk_label_name(left[i], name));
        ck_assert_str_eq(name, "kidney_left");
    }
    ck_ok(dvk_label_name("Rt Kidney", name));
    ck_assert_str_eq(name, "kidney_right");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        ck_ok(dvk_label_name(others[i][0], name));
        ck_assert_str_eq(name, others[i][1]);
    }
    ck_fails(dvk_label_name(" - ", name), DVK_ERR_INVALID);
    ck_fails(dvk_label_name("a234567890123456789012345678901234567890123456789012345678901234", name), DVK_ERR_INVALID);
}
END_TEST

START_TEST(typed_labels)
{
    static const char *const bad[] = {"",
                                      "left",
                                      "left=",
                                      "=3",
                                      "left=3;right=2",
                                      "left=3.5",
                                      "left=-1",
                                      "left=0",
                                      "left=3,right=3",
                                      "left=3,kidney_l=2",
                                      "left=3x",
                                      "left=1e9",
                                      ",",
                                      "left=nan"};
    dvk_labels labels;
    ck_ok(dvk_labels_parse("left=3,right=2,Liver=1", &labels));
    ck_assert_uint_eq(labels.count, 3);
    ck_assert_int_eq(value_of(&labels, "kidney_left"), 3);
    ck_assert_int_eq(value_of(&labels, "kidney_right"), 2);
    ck_assert_int_eq(value_of(&labels, "liver"), 1);
    dvk_labels_clear(&labels);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_fails(dvk_labels_parse(bad[i], &labels), DVK_ERR_USAGE);
        SAID("--labels");
        dvk_labels_clear(&labels);
    }
}
END_TEST

START_TEST(presets_have_the_published_numbers)
{
    static const struct {
        const char *preset;
        int left, right, liver, spleen, highest;
    } cases[] = {{"totalseg", 3, 2, 5, 1, 117},
                 {"moose", 6, 7, 8, 15, 19},
                 {"amos", 3, 2, 6, 1, 15},
                 {"flare22", 13, 2, 1, 3, 13}};
    dvk_labels labels;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_ok(dvk_labels_preset(cases[i].preset, &labels));
        ck_assert_int_eq(value_of(&labels, "kidney_left"), cases[i].left);
        ck_assert_int_eq(value_of(&labels, "kidney_right"), cases[i].right);
        ck_assert_int_eq(value_of(&labels, "liver"), cases[i].liver);
        ck_assert_int_eq(value_of(&labels, "spleen"), cases[i].spleen);
        ck_assert_int_eq(labels.highest, cases[i].highest);
        dvk_labels_clear(&labels);
    }
    ck_fails(dvk_labels_preset("TotalSegmentator", &labels), DVK_ERR_USAGE);
    dvk_labels_clear(&labels);
}
END_TEST

START_TEST(files_of_each_program)
{
    static const struct {
        const char *name, *text;
    } files[] = {
        {"bids_dseg.tsv", "index\tname\tabbreviation\tcolor\n0\tBackground\tBG\t#000000\n2\tKidney Right\tKR\t#ff0000\n"
                          "3\tKidney Left\tKL\t#00ff00\n1\tLiver\tL\t#0000ff\n"},
        {"slicer.ctbl", "# Color table file /home/x/Segmentation.ctbl\n# 4 values\n0 Background 0 0 0 0\n"
                        "1 liver 221 130 101 255\n2 right_kidney 185 102 83 255\n3 Left Kidney 185 102 83 255\n"},
        {"snap.txt", "################\n# ITK-SnAP Label Description File\n################\n"
                     "    0     0    0    0        0  0  0    \"Clear Label\"\n"
                     "    1   255    0    0        1  1  1    \"Liver\"\n"
                     "    2     0  255    0        1  1  1    \"Right Kidney\"\r\n"
                     "    3     0    0  255        1  1  0    \"Left Kidney\"\n\n"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        dvk_labels labels;
        ck_ok(dvk_labels_read(write_text(files[i].name, files[i].text), &labels));
        ck_assert_uint_eq(labels.count, 3);
        ck_assert_int_eq(value_of(&labels, "kidney_left"), 3);
        ck_assert_int_eq(value_of(&labels, "kidney_right"), 2);
        ck_assert_int_eq(value_of(&labels, "liver"), 1);
        dvk_labels_clear(&labels);
    }
}
END_TEST

START_TEST(bad_files_are_named)
{
    static const struct {
        const char *name, *text, *said;
    } files[] = {
        {"a.tsv", "index\tlabel\n1\tliver\n", "has no column 'name'"},
        {"b.tsv", "index\tname\n1\tliver\n1\tspleen\n", "label 1 is there twice, as liver and spleen"},
        {"c.tsv", "index\tname\n1\tLeft Kidney\n2\tkidney_l\n", "kidney_left is there twice, as labels 1 and 2"},
        {"d.tsv", "index\tname\nx\tliver\n", "line 2, column 'index'"},
        {"e.tsv", "index\tname\n1.5\tliver\n", "1.5 is not a label"},
        {"f.tsv", "index\tname\n", "names no label"},
        {"g.tsv", "index\tname\nn/a\tliver\n", "is not a label"},
        {"h.ctbl", "# x\n1 liver 1 2 3\n", "line 2 is neither"},
        {"i.txt", "0 0 0 0 0 0 0 \"Clear\n", "line 1 is neither"},
        {"j.txt", "liver 1\n", "line 1 is neither"},
        {"k.txt", "", "names no label"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        dvk_labels labels;
        ck_fails(dvk_labels_read(write_text(files[i].name, files[i].text), &labels), DVK_ERR_INVALID);
        SAID(files[i].said);
        SAID(files[i].name);
        dvk_labels_clear(&labels);
    }
    dvk_labels labels;
    ck_fails(dvk_labels_read("/nonexistent/x.tsv", &labels), DVK_ERR_MISSING);
    dvk_labels_clear(&labels);
}
END_TEST

START_TEST(names_in_a_header_extension)
{
    dvk_labels labels;
    ck_ok(dvk_labels_caret("<?xml?><CaretExtension><VolumeInformation Index=\"0\"><LabelTable>\n"
                           "<Label Key=\"2\" Red=\"0\"><![CDATA[kidney_right]]></Label>\n"
                           "<Label Red=\"1\" Key=\"3\">kidney &amp; pelvis</Label></LabelTable>",
                           "x.nii", &labels));
    ck_assert_uint_eq(labels.count, 2);
    ck_assert_int_eq(value_of(&labels, "kidney_right"), 2);
    ck_assert_int_eq(value_of(&labels, "kidney_pelvis"), 3);
    dvk_labels_clear(&labels);
    ck_ok(dvk_labels_caret("", "x.nii", &labels));
    ck_assert_uint_eq(labels.count, 0);
    static const char *const damaged[] = {"<Label Key=\"2\"", "<Label Key=\"2\">kidney", "<Label Key=\"x\">a</Label>",
                                          "<Label>a</Label><Label >b</Label>", "<Label Key=\"2\"><![CDATA[</Label>"};
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        ck_fails(dvk_labels_caret(damaged[i], "x.nii", &labels), DVK_ERR_INVALID);
        SAID("x.nii: the label names in its header are damaged");
        dvk_labels_clear(&labels);
    }
}
END_TEST

int main(void)
{
    TCase *cases[] = {tcase_create("labels")};
    tcase_add_test(cases[0], kidneys_have_one_name);
    tcase_add_test(cases[0], typed_labels);
    tcase_add_test(cases[0], presets_have_the_published_numbers);
    tcase_add_test(cases[0], files_of_each_program);
    tcase_add_test(cases[0], bad_files_are_named);
    tcase_add_test(cases[0], names_in_a_header_extension);
    return run_suite("labels", cases, 1, false);
}
