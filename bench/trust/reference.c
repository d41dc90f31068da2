/*
 * The reference of `npm run bench -- trust`: EigenTrust by power iteration as one writes it in C, in one thread. Rows of those
 * who endorse (compressed rows, 32-bit indexes, doubles), the sum of what flows in taken with the product.
 *
 *     reference GRAPH ITERATIONS ALPHA VOICES
 *
 * GRAPH is what graph.ts writes. The voices are written to VOICES, the milliseconds of an iteration to standard output.
 */
#define _POSIX_C_SOURCE 199309L
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct graph {
  uint32_t agents, ratings;
  uint32_t *starts, *others;
  double *values;
};

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void *read_array(FILE *file, size_t size, size_t count) {
  void *array = malloc(size * count);
  if (array == NULL || fread(array, size, count, file) != count) fail("cannot read the graph");
  return array;
}

static struct graph read_graph(const char *path) {
  struct graph g;
  uint32_t header[2];
  FILE *file = fopen(path, "rb");
  if (file == NULL || fread(header, sizeof(uint32_t), 2, file) != 2) fail(path);
  g.agents = header[0];
  g.ratings = header[1];
  g.values = read_array(file, sizeof(double), g.ratings);
  g.starts = read_array(file, sizeof(uint32_t), g.agents + 1);
  g.others = read_array(file, sizeof(uint32_t), g.ratings);
  fclose(file);
  return g;
}

/* y = A x; returns the sum of y */
static double multiply(const struct graph *g, const double *restrict x, double *restrict y) {
  const uint32_t *restrict starts = g->starts, *restrict others = g->others;
  const double *restrict values = g->values;
  const uint32_t agents = g->agents;
  double flowed = 0;
  for (uint32_t row = 0; row < agents; row++) {
    double sum = 0;
    for (uint32_t at = starts[row]; at < starts[row + 1]; at++) sum += values[at] * x[others[at]];
    y[row] = sum;
    flowed += sum;
  }
  return flowed;
}

/* damps what has flowed in, gives the seeds what is left; returns how far all moved */
static double finish_step(uint32_t agents, double alpha, double gain, const double *restrict seeds,
                          const double *restrict x, double *restrict y) {
  double moved = 0;
  for (uint32_t i = 0; i < agents; i++) {
    const double value = (1 - alpha) * y[i] + gain * seeds[i];
    moved += fabs(value - x[i]);
    y[i] = value;
  }
  return moved;
}

static double milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e3 + now.tv_nsec * 1e-6;
}

int main(int count, char **arguments) {
  if (count != 5) return 2;
  const struct graph g = read_graph(arguments[1]);
  const int iterations = atoi(arguments[2]);
  const double alpha = atof(arguments[3]);
  double *seeds = malloc(g.agents * sizeof(double)), *x = malloc(g.agents * sizeof(double)), *y = malloc(g.agents * sizeof(double));
  if (seeds == NULL || x == NULL || y == NULL) fail("no memory");
  for (uint32_t i = 0; i < g.agents; i++) seeds[i] = x[i] = y[i] = 1.0 / g.agents;

  double moved = 0;
  const double began = milliseconds();
  for (int i = 0; i < iterations; i++) {
    const double flowed = multiply(&g, x, y);
    moved = finish_step(g.agents, alpha, 1 - (1 - alpha) * flowed, seeds, x, y);
    double *swapped = x;
    x = y;
    y = swapped;
  }
  const double took = milliseconds() - began;

  FILE *file = fopen(arguments[4], "wb");
  if (file == NULL || fwrite(x, sizeof(double), g.agents, file) != g.agents || fclose(file) != 0) fail(arguments[4]);
  printf("%.6f %g\n", took / iterations, moved);
  return 0;
}
