# small_archive DIR N: an archive of N small cases, and nothing said.
small_archive() {
    dvkit phantom kidneys --cases "$2" --size 32,32,24 --times 4,24,96h -o "$1" -q || exit 99
}

# break_six DIR: its first six cases, each broken in another way.
break_six() {
    truncate -s 1500 "$1/sub-001/ses-01/scan_024h.nii.gz"
    rm "$1/sub-002/ses-01/scan_096h.nii.gz"
    sed -i '/"Units"/d' "$1/sub-003/ses-01/scan_004h.json"
    echo '{' >"$1/sub-004/ses-01/scan_004h.json"
    sed -i '/kidney_left/d' "$1/sub-005/ses-01/kidneys_dseg.tsv"
    cp "$1/sub-001/ses-01/truth.tsv" "$1/sub-006/ses-01/kidneys_dseg.nii.gz"
}

# The hashes of every file below a folder, by their names in it.
hashes() {
    (cd "$1" && find . -type f | sort | xargs -d '\n' sha256sum)
}
