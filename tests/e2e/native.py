"""llama.cpp's own server on the model file that is given, at a free port, until it is killed."""

from __future__ import annotations

import signal
import sys

import xllamacpp


def main() -> None:
    params = xllamacpp.CommonParams()
    params.model.path = sys.argv[1]
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel, params.n_batch, params.n_ubatch = 1024, 1, 128, 128
    params.fit_params, params.cache_ram_mib, params.verbosity = False, 0, 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    signal.pause()


main()
