using System.Buffers;
using MetaMcp.Init.Core.Output;

namespace MetaMcp.Init.Output;

/// <summary>A stream went over its rate: this number of its lines was dropped.</summary>
internal delegate void LinesDropped(string service, OutputStream stream, long lines);

/// <summary>
/// Shared by the streams of all services: the two sinks, one buffer to read into and one to build lines in. There is one thread, so
/// the buffers are never in use twice.
/// </summary>
internal sealed class OutputHub(StandardOutputs outputs, LinesDropped onDropped, OutputMemory? memory = null)
{
    /// <summary>The limit for one stream before the next one has its turn; also the capacity of a pipe.</summary>
    public const int ReadSize = 64 * 1024;

    /// <summary>Lines are given to the sink in lots of about this many bytes: one write for many lines.</summary>
    public const int LotSize = 32 * 1024;

    public byte[] ReadBuffer => field ??= GC.AllocateUninitializedArray<byte>(ReadSize);

    public ArrayBufferWriter<byte> Lot { get; } = new(4096);

    public LogClock Clock => outputs.Clock;

    public OutputSink SinkOf(OutputStream stream) => stream == OutputStream.Stdout ? outputs.Output : outputs.Error;

    /// <summary>Keeps the last lines; null where nobody can ask for them.</summary>
    public OutputMemory? Memory => memory;

    public void ReportDropped(string service, OutputStream stream, long lines)
    {
        memory?.AddGap(service, lines);
        onDropped(service, stream, lines);
    }
}
