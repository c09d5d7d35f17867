"""The definitions, in plain loops: slow, obvious, and the judge of everything fast."""

import itertools
import math

import numpy as np


def convolve(x, weight, bias, *, dilation=1, stride=1, right=0):
    """x (time, inputs), weight (outputs, inputs, kernel) -> (ceil(time / stride), outputs), zeros beyond the row."""
    outputs, inputs, kernel = weight.shape
    left = (kernel - 1) * dilation - right
    y = np.zeros((math.ceil(len(x) / stride), outputs))
    for j in range(len(y)):
        for o in range(outputs):
            total = bias[o]
            for tap in range(kernel):
                place = j * stride - left + tap * dilation
                if 0 <= place < len(x):
                    for i in range(inputs):
                        total += weight[o, i, tap] * x[place, i]
            y[j, o] = total
    return y


def im2col(x, *, kernel, dilation=1, stride=1, right=0):
    """x (time, inputs) -> (ceil(time / stride), inputs * kernel): row j holds all that output j sees."""
    left = (kernel - 1) * dilation - right
    rows = []
    for j in range(math.ceil(len(x) / stride)):
        places = [j * stride - left + tap * dilation for tap in range(kernel)]
        rows.append([[x[p, i] if 0 <= p < len(x) else 0.0 for p in places] for i in range(x.shape[1])])
    return np.array(rows).reshape(len(rows), -1)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def lstm(x, weight_input, weight_state, bias):
    """x (time, inputs) -> (time, units); gates in the order input, forget, cell, output."""
    units = weight_state.shape[1]
    hidden, cell, y = np.zeros(units), np.zeros(units), []
    for now in x:
        entry, forget, update, exit_ = np.split(weight_input @ now + weight_state @ hidden + bias, 4)
        cell = sigmoid(forget) * cell + sigmoid(entry) * np.tanh(update)
        hidden = sigmoid(exit_) * np.tanh(cell)
        y.append(hidden)
    return np.array(y).reshape(-1, units)


def rnn(x, weight_input, weight_state, bias):
    """x (time, inputs) -> (time, units)."""
    hidden, y = np.zeros(len(bias)), []
    for now in x:
        hidden = np.tanh(weight_input @ now + weight_state @ hidden + bias)
        y.append(hidden)
    return np.array(y)


def gru(x, weight_input, weight_state, bias, bias_new):
    """x (time, inputs) -> (time, units); gates in the order reset, update, new."""
    hidden, y = np.zeros(len(bias_new)), []
    for now in x:
        reset, update, new = np.split(weight_input @ now + bias, 3)
        past_reset, past_update, past_new = np.split(weight_state @ hidden, 3)
        new = np.tanh(new + sigmoid(reset + past_reset) * (past_new + bias_new))
        share = sigmoid(update + past_update)
        hidden = (1 - share) * new + share * hidden
        y.append(hidden)
    return np.array(y)


def multiplicative_lstm(x, weight_input, weight_state, weight_product, bias):
    """x (time, inputs) -> (time, units); rows of weight_input: the four gates as in lstm, then the product's."""
    units = weight_state.shape[1]
    hidden, cell, y = np.zeros(units), np.zeros(units), []
    for now in x:
        gates, factor = np.split(weight_input @ now, [4 * units])
        product = factor * (weight_state @ hidden)
        entry, forget, update, exit_ = np.split(gates + weight_product @ product + bias, 4)
        cell = sigmoid(forget) * cell + sigmoid(entry) * np.tanh(update)
        hidden = sigmoid(exit_) * np.tanh(cell)
        y.append(hidden)
    return np.array(y)


def convolve_transposed(x, weight, bias, *, stride):
    """x (time, inputs), weight (inputs, outputs, kernel) -> (time * stride, outputs): each step spreads forward."""
    kernel = weight.shape[2]
    y = np.tile(bias, (len(x) * stride, 1))
    for i in range(len(x)):
        for tap in range(kernel):
            if i * stride + tap < len(y):
                y[i * stride + tap] += x[i] @ weight[:, :, tap]
    return y


def pool(x, *, kind, kernel, stride, right):
    """x (time, channels) -> (ceil(time / stride), channels), over the steps that are there."""
    left = kernel - 1 - right
    y = []
    for j in range(math.ceil(len(x) / stride)):
        there = x[max(0, j * stride - left) : j * stride + right + 1]
        y.append(there.max(0) if kind == "max" else there.mean(0))
    return np.array(y)


def k_max(x, *, k):
    """x (time, channels) -> (min(k, time), channels): the k largest in order of time, ties to the earlier step."""
    columns = []
    for column in x.T:
        best = sorted(range(len(column)), key=lambda place: (-column[place], place))[:k]
        columns.append([column[place] for place in sorted(best)])
    return np.array(columns).T


def conv_flops(steps, inputs, outputs, kernel, stride):
    """2 x multiply-adds, counted one output number at a time."""
    return sum(2 * kernel * inputs for _ in range(math.ceil(steps / stride)) for _ in range(outputs))


def lstm_flops(steps, inputs, units):
    return sum(2 * (inputs + units) for _ in range(steps) for _ in range(4 * units))


def jacobian_sizes(function, x, *, step=1e-5):
    """x (time, inputs), function to (later, outputs) -> (later, time): by differences, of the Jacobian J of output step
    j with respect to input step t the mean of |v J| over every vector v of a sign for each output."""
    signs = np.array([*itertools.product((-1, 1), repeat=function(x).shape[1])])
    rates = np.zeros((len(function(x)), len(x), len(signs), x.shape[1]))
    for t in range(x.shape[0]):
        for i in range(x.shape[1]):
            up, down = x.copy(), x.copy()
            up[t, i] += step
            down[t, i] -= step
            rates[:, t, :, i] = (function(up) - function(down)) / (2 * step) @ signs.T
    return np.sqrt((rates**2).sum(3)).mean(2)


def sizes_by_lag(blocks, *, stride):
    """blocks: of each row (outputs, time) -> {lag: mean over all outputs of all rows that have the lag}; every row
    counts the same, however many outputs it has."""
    sums, counts = {}, {}
    for block in blocks:
        for j in range(block.shape[0]):
            for t in range(block.shape[1]):
                lag = t - math.floor(j * stride)
                sums[lag] = sums.get(lag, 0) + block[j, t] / block.shape[0]
                counts[lag] = counts.get(lag, 0) + 1 / block.shape[0]
    return {lag: sums[lag] / counts[lag] for lag in sorted(sums)}
