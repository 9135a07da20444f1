using System.Text;

namespace MetaMcp.Init.EndToEnd.Harness;

internal enum Source { Stdout, Stderr }

/// <summary>One line, its index among all lines, and its stream.</summary>
internal sealed record Line(int Index, Source Source, string Text);

/// <summary>
/// All output, line by line as it arrived. The two streams are two pipes, so the order of lines is certain only within one of them.
/// </summary>
internal sealed class Output
{
    private readonly Lock _lock = new();
    private readonly List<Line> _lines = [];
    private bool _ended;
    private readonly List<(Func<Line, bool> Wanted, int From, TaskCompletionSource<Line> Found)> _waiting = [];

    public IReadOnlyList<Line> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    public override string ToString() =>
        string.Join('\n', Lines.Select(line => $"{(line.Source == Source.Stdout ? "out" : "err")}  {line.Text}"));

    /// <summary>The first line from an index on that meets the condition, whether it has arrived or arrives later.</summary>
    public Task<Line> Next(Func<Line, bool> wanted, int from)
    {
        lock (_lock)
        {
            if (_lines.Skip(from).FirstOrDefault(wanted) is { } there)
                return Task.FromResult(there);
            if (_ended)
                return Task.FromException<Line>(new EndOfStreamException());
            var found = new TaskCompletionSource<Line>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((wanted, from, found));
            return found.Task;
        }
    }

    /// <summary>Nothing more will arrive; tasks that still wait fail.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            foreach (var (_, _, found) in _waiting)
                found.SetException(new EndOfStreamException());
            _waiting.Clear();
        }
    }

    /// <summary>Reads a stream to its end. A last line without a line end counts when the stream has ended.</summary>
    public async Task Read(Stream stream, Source source)
    {
        var buffer = new byte[32 * 1024];
        var pending = new List<byte>();
        while (true)
        {
            var count = await ReadSome(stream, buffer);
            for (var i = 0; i < count; i++)
            {
                if (buffer[i] != '\n')
                    pending.Add(buffer[i]);
                else
                    Add(source, pending);
            }
            if (count > 0)
                continue;
            if (pending.Count > 0)
                Add(source, pending);
            return;
        }
    }

    private static async Task<int> ReadSome(Stream stream, byte[] buffer)
    {
        try
        {
            return await stream.ReadAsync(buffer);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            return 0;
        }
    }

    private void Add(Source source, List<byte> bytes)
    {
        // A terminal ends its lines with both characters.
        if (bytes is [.., (byte)'\r'])
            bytes.RemoveAt(bytes.Count - 1);
        lock (_lock)
        {
            var line = new Line(_lines.Count, source, Encoding.UTF8.GetString([.. bytes]));
            _lines.Add(line);
            for (var i = _waiting.Count - 1; i >= 0; i--)
            {
                if (line.Index < _waiting[i].From || !_waiting[i].Wanted(line))
                    continue;
                _waiting[i].Found.SetResult(line);
                _waiting.RemoveAt(i);
            }
        }
        bytes.Clear();
    }
}
