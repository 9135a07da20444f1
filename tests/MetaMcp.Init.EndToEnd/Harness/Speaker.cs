namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>A process that runs, writes lines, and ends; tests wait for its lines.</summary>
internal abstract class Speaker
{
    public IReadOnlyList<Line> Lines => Output.Lines;

    public IReadOnlyList<string> Stdout => [.. Lines.Where(line => line.Source == Source.Stdout).Select(line => line.Text)];

    protected Output Output { get; } = new();

    /// <summary>The exit code, when all output has been read.</summary>
    public abstract Task<int> WaitForExit(TimeSpan? limit = null);

    /// <summary>The first line after <paramref name="after"/> that contains this text.</summary>
    public Task<Line> WaitFor(string text, Line? after = null, TimeSpan? limit = null) =>
        WaitFor(line => line.Text.Contains(text, StringComparison.Ordinal), $"a line with '{text}'", after, limit);

    /// <summary>The first line that contains all these parts, in any order.</summary>
    public Task<Line> WaitForAll(params string[] parts) =>
        WaitFor(
            line => parts.All(part => line.Text.Contains(part, StringComparison.Ordinal)),
            $"a line with '{string.Join("' and '", parts)}'");

    public async Task<Line> WaitFor(Func<Line, bool> wanted, string what, Line? after = null, TimeSpan? limit = null)
    {
        try
        {
            return await Output.Next(wanted, after is null ? 0 : after.Index + 1).WaitAsync(limit ?? Patience.Usual);
        }
        catch (Exception error) when (error is TimeoutException or EndOfStreamException)
        {
            var end = error is TimeoutException ? "" : $", and it ended with {await WaitForExit()}";
            throw new TimeoutException($"{what} never came{end}; there was:\n{Output}");
        }
    }
}
