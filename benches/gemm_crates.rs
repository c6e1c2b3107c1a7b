//! Which crate multiplies the CPU engine's matrices: `gemm` and `matrixmultiply` on this model's shapes, y = x Wᵀ.
//!
//! `MATMUL_NUM_THREADS=2 cargo bench --bench gemm_crates`

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    use criterion::{BenchmarkId, Criterion, Throughput};

    // (rows, outputs, inputs): the 27 M model at batch 1, the middle model in training and at batch 1, the 4x4 model.
    const SHAPES: [(usize, usize, usize); 6] =
        [(82, 1536, 512), (82, 3072, 512), (82, 512, 1536), (5184, 1024, 128), (81, 1024, 128), (1024, 512, 64)];
    let mut criterion = Criterion::default().without_plots().sample_size(20).configure_from_args();
    let mut group = criterion.benchmark_group("gemm_crates");
    for (m, n, k) in SHAPES {
        let (x, w, mut y) = (vec![0.5f32; m * k], vec![0.25f32; n * k], vec![0f32; m * n]);
        group.throughput(Throughput::Elements(2 * (m * n * k) as u64));
        let [ks, ns] = [k as isize, n as isize];
        let (x, w) = (x.as_ptr(), w.as_ptr());
        group.bench_function(BenchmarkId::new("gemm", format!("{m}x{n}x{k}")), |b| {
            // The pointers are of vectors that live to the end of the loop, of the sizes given.
            b.iter(|| unsafe {
                let threads = gemm::Parallelism::Rayon(0);
                gemm::gemm(
                    m,
                    n,
                    k,
                    y.as_mut_ptr(),
                    1,
                    ns,
                    false,
                    x,
                    1,
                    ks,
                    w,
                    ks,
                    1,
                    1.0,
                    1.0,
                    false,
                    false,
                    false,
                    threads,
                );
            });
        });
        group.bench_function(BenchmarkId::new("matrixmultiply", format!("{m}x{n}x{k}")), |b| {
            b.iter(|| unsafe {
                matrixmultiply::sgemm(m, k, n, 1.0, x, ks, 1, w, 1, ks, 0.0, y.as_mut_ptr(), ns, 1);
            });
        });
    }
    group.finish();
    criterion.final_summary();
}

#[cfg(target_arch = "wasm32")]
fn main() {}
