using MetaMcp.Init.Core.Config;
using MetaMcp.Init.Core.Output;
using MetaMcp.Init.Time;

namespace MetaMcp.Init.Output;

/// <summary>
/// The init's own descriptors 1 and 2. If both are the same pipe or terminal they share one sink: two sinks would each stop in the
/// middle of a line when it is full, and the other would continue there.
/// </summary>
internal sealed class StandardOutputs : IDisposable
{
    private StandardOutputs(OutputSink output, OutputSink error)
    {
        Clock = output.Clock;
        Output = output;
        Error = error;
    }

    /// <summary>One clock for both.</summary>
    public LogClock Clock { get; }

    public OutputSink Output { get; }

    public OutputSink Error { get; }

    public bool AreOne => ReferenceEquals(Output, Error);

    public static StandardOutputs Open() => Open(1, 2);

    public static StandardOutputs Open(int outputFd, int errorFd, int capacity = OutputSink.DefaultCapacity)
    {
        var output = OutputSink.Open(outputFd, "stdout", capacity);
        var areOne = FileIdentity.Read(outputFd, out var one).IsSuccess &&
            FileIdentity.Read(errorFd, out var other).IsSuccess && one == other;
        return new StandardOutputs(output, areOne ? output : OutputSink.Open(errorFd, "stderr", capacity, output.Clock));
    }

    /// <summary>Shows the sinks' own messages in the format of the log.</summary>
    public void ShowNotices(LogFormat format, int nameWidth)
    {
        Output.NoticeFormat = Notices(format, nameWidth, OutputStream.Stdout);
        if (!AreOne)
            Error.NoticeFormat = Notices(format, nameWidth, OutputStream.Stderr);
    }

    /// <summary>Flushes both, within one span of time.</summary>
    public void Flush(TimeSpan timeout)
    {
        var deadline = MonotonicClock.Now + timeout;
        _ = Output.Flush(timeout);
        if (!AreOne)
            _ = Error.Flush(deadline - MonotonicClock.Now);
    }

    public void Dispose()
    {
        Output.Dispose();
        Error.Dispose();
    }

    private static LineFormat Notices(LogFormat format, int nameWidth, OutputStream stream) => format == LogFormat.Json
        ? new JsonFormat(LineFormat.OwnName, stream)
        : new PrefixFormat(LineFormat.OwnName, nameWidth);
}
