# Read by bench/convolve and bench/split: says what is missing, installs nothing, builds the library of candidates.
# Sets python and library; PYTHON names the interpreter (default python3).
root=$(cd "$(dirname "$0")/.." && pwd)
python=${PYTHON:-python3}

missing() {
    echo "bench: no $1: $2" >&2
}

needs() { # MODULE NAME HOW
    "$python" -c "import $1" 2>/dev/null && return
    missing "$2" "$3, or name another interpreter: PYTHON=/path/to/python"
    exit 69
}

takes() { # MODULE NAME HOW
    "$python" -c "import $1" 2>/dev/null || missing "$2" "left out: $3"
}

build() {
    command -v cmake >/dev/null || { missing CMake "tools/install-packages build"; exit 69; }
    cmake -S "$root" -B "$root/build/bench" -G Ninja -DCMAKE_BUILD_TYPE=Release -DDVK_BENCH=ON -DDVK_TESTS=OFF >/dev/null
    cmake --build "$root/build/bench" >/dev/null
    library=$root/build/bench/bench/libdvk_bench.so
}
