namespace MetaMcp.Init.EndToEnd.Harness;

/// <summary>Something that runs, writes lines, and ends; tests wait for what it says.</summary>
internal abstract class Speaker
{
    public IReadOnlyList<Line> Lines => Output.Lines;

    public IReadOnlyList<string> Stdout => [.. Lines.Where(line => line.Source == Source.Stdout).Select(line => line.Text)];

    protected Output Output { get; } = new();

    /// <summary>Its exit code, with all of its output read.</summary>
    public abstract Task<int> WaitForExit(TimeSpan? limit = null);

    /// <summary>The first line from <paramref name="after"/> on with this text in it.</summary>
    public Task<Line> WaitFor(string text, Line? after = null, TimeSpan? limit = null) =>
        WaitFor(line => line.Text.Contains(text, StringComparison.Ordinal), $"a line with '{text}'", after, limit);

    /// <summary>The first line with all of these in it, in any order.</summary>
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
