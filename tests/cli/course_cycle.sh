# cycle DIR [DOSE_LEFT DOSE_RIGHT [HALF_LIFE_H [INJECTED_MBQ]]]: a result folder with the keys of the contract alone,
# mono-exponential kidneys, alpha/beta 2.6 Gy, repair 2.8 h. Changed by: NUCLIDE, ALPHA_BETA, MODEL, MASS, KIDNEYS.
cycle() {
    mkdir -p "$1"
    awk -v left="${2:-4.96}" -v right="${3:-4.5}" -v t="${4:-52}" -v injected="${5:-7400}" \
        -v nuclide="${NUCLIDE:-Lu-177}" -v ab="${ALPHA_BETA:-2.6}" -v model="${MODEL:-trapezoid}" \
        -v mass="${MASS:-160}" -v kidneys="${KIDNEYS:-left right}" '
    function roi(side, dose,   g, bed) {
        g = 2.8 / (2.8 + t); bed = dose + g * dose * dose / ab
        return sprintf("{\"name\": \"kidney_%s\", \"volume_mL\": %.17g, \"mass_g\": %.17g, \"dose_mean_Gy\": %.17g, " \
            "\"terms\": [{\"amplitude_MBq\": 100, \"half_life_h\": %.17g}], \"bed_Gy\": %.17g, \"eqd2_Gy\": %.17g, " \
            "\"g_factor\": %.17g}", side, mass / 1.05, mass, dose, t, bed, bed / (1 + 2 / ab), g)
    }
    BEGIN {
        rois = kidneys ~ /left/ ? roi("left", left) : ""
        if (kidneys ~ /right/) rois = rois (rois == "" ? "" : ", ") roi("right", right)
        printf "{\"schema\": \"dvkit.summary/1\", \"dvkit_version\": \"0.1.0\", \"nuclide\": \"%s\", " \
            "\"half_life_h\": 159.528, \"injected_activity_MBq\": %.17g, \"kernel\": {\"source\": \"made up\"}, " \
            "\"method\": {\"model\": \"%s\"}, \"rois\": [%s]}\n", nuclide, injected, model, rois
    }' >"$1/summary.json"
    # No two cycles have a scan in common.
    printf '{"inputs": [{"role": "scan", "path": "%s.nii.gz", "sha256": "%s"}]}\n' "$1" \
        "$(printf %s "${SCAN:-$1}" | sha256sum | cut -c1-64)" >"$1/provenance.json"
}

# The lines of a JSON file with numbers to six digits, so that the last bits may differ between compilers.
six_digits() {
    awk '{
        if (match($0, /-?[0-9]+\.[0-9e+-]+/))
            $0 = substr($0, 1, RSTART - 1) sprintf("%.6g", substr($0, RSTART, RLENGTH)) substr($0, RSTART + RLENGTH)
        print
    }'
}
