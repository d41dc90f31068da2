;; The rows `first` to `last` (not included) of y = A x, in the order of the entries: the same to the last bit as the plain
;; kernel, because WebAssembly never adds in another order than it is told. All that is given are addresses in bytes, and
;; what walks over entries are addresses too: only the place in x has to be worked out for each. Doubles one by one, because
;; pairs (SIMD), several sums at a time and single precision, measured, gained nothing at all sizes: bench/trust/README.md.
(module
  (import "kernel" "memory" (memory 1 65536 shared))
  (func (export "multiply")
    (param $first i32) (param $last i32)
    (param $starts i32) (param $others i32) (param $values i32) (param $x i32) (param $y i32)
    (local $other i32) (local $value i32) (local $rowEnd i32) (local $end i32) (local $start i32) (local $sum f64)

    (local.set $start (i32.add (local.get $starts) (i32.shl (local.get $first) (i32.const 2))))
    (local.set $other (i32.add (local.get $others) (i32.shl (i32.load (local.get $start)) (i32.const 2))))
    (local.set $value (i32.add (local.get $values) (i32.shl (i32.load (local.get $start)) (i32.const 3))))
    (local.set $end (i32.add (local.get $y) (i32.shl (local.get $last) (i32.const 3))))
    (local.set $y (i32.add (local.get $y) (i32.shl (local.get $first) (i32.const 3))))

    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $y) (local.get $end)))
        (local.set $start (i32.add (local.get $start) (i32.const 4)))
        (local.set $rowEnd (i32.add (local.get $others) (i32.shl (i32.load (local.get $start)) (i32.const 2))))
        (local.set $sum (f64.const 0))
        (block $rowDone
          (br_if $rowDone (i32.ge_u (local.get $other) (local.get $rowEnd)))
          (loop $entries
            (local.set $sum
              (f64.add
                (local.get $sum)
                (f64.mul
                  (f64.load (local.get $value))
                  (f64.load (i32.add (local.get $x) (i32.shl (i32.load (local.get $other)) (i32.const 3)))))))
            (local.set $value (i32.add (local.get $value) (i32.const 8)))
            (local.set $other (i32.add (local.get $other) (i32.const 4)))
            (br_if $entries (i32.lt_u (local.get $other) (local.get $rowEnd)))))
        (f64.store (local.get $y) (local.get $sum))
        (local.set $y (i32.add (local.get $y) (i32.const 8)))
        (br $rows)))))
