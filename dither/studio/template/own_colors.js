// Extract colours from the picture: k-means in OKLab, started from colours far from each other.

const MOST_SAMPLES = 12000;
const ROUNDS = 14;

function ownColors({ samples, alpha }, count, linear) {
    const points = [];
    const step = Math.max(1, Math.floor(samples.length / 3 / MOST_SAMPLES));
    for (let i = 0; i < samples.length / 3; i += step) {
        if (!alpha || alpha[i] > 0) points.push(oklabOf(samples.subarray(3 * i, 3 * i + 3), linear));
    }
    const distance = (one, other) => (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2;
    // Each next centre starts at the point farthest from all centres; k-means then moves it.
    const centers = [points[0]];
    const least = points.map((point) => distance(point.lab, points[0].lab));
    while (centers.length < count) {
        const farthest = least.indexOf(Math.max(...least));
        if (least[farthest] === 0) break;
        centers.push(points[farthest]);
        points.forEach((point, i) => (least[i] = Math.min(least[i], distance(point.lab, points[farthest].lab))));
    }
    let means = centers.map(({ lab }) => lab);
    let groups = [];
    for (let round = 0; round < ROUNDS; round++) {
        groups = means.map(() => []);
        for (const point of points) {
            let best = 0;
            let nearest = Infinity;
            for (let index = 0; index < means.length; index++) {
                const away = distance(point.lab, means[index]);
                if (away < nearest) {
                    best = index;
                    nearest = away;
                }
            }
            groups[best].push(point);
        }
        means = means.map((mean, index) => (groups[index].length ? meanOf(groups[index].map(({ lab }) => lab)) : mean));
    }
    // Replace each mean with the nearest colour of the picture.
    const colors = groups.flatMap((group, index) => (group.length ? [group.reduce((best, point) => (distance(point.lab, means[index]) < distance(best.lab, means[index]) ? point : best))] : []));
    return colors.sort((a, b) => a.lab[0] - b.lab[0]).map(({ codes }) => hexOf(codes));
}

function meanOf(rows) {
    return [0, 1, 2].map((channel) => rows.reduce((sum, row) => sum + row[channel], 0) / rows.length);
}

function oklabOf(codes, linear) {
    return { codes, lab: linearToOklab([linear[codes[0]], linear[codes[1]], linear[codes[2]]]) };
}
