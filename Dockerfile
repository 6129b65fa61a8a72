# dvkit in a container, built from this tree: docker build -t dvkit .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/data" dvkit dose scan_*h.nii.gz --voi kidneys_dseg.nii.gz -o dose
# A NVIDIA GPU: add `--gpus all`. Without a GPU the CPU's own code computes.
FROM debian:bookworm-slim AS build
COPY . /src
RUN apt-get update && apt-get install -y --no-install-recommends dpkg-dev file fakeroot
RUN /src/tools/package

FROM debian:bookworm-slim
COPY --from=build /src/build/deb/dvkit_*.deb /src/build/deb/dvkit-opencl_*.deb /packages/
RUN apt-get update && apt-get install -y --no-install-recommends /packages/*.deb && rm -rf /packages /var/lib/apt/lists/*
RUN mkdir -p /etc/OpenCL/vendors && echo libnvidia-opencl.so.1 >/etc/OpenCL/vendors/nvidia.icd
RUN dvkit selftest --device cpu
ENV NVIDIA_VISIBLE_DEVICES=all NVIDIA_DRIVER_CAPABILITIES=compute,utility
WORKDIR /data
ENTRYPOINT ["dvkit"]
