using System.Buffers;
using MetaMcp.Init.Core.Serving;
using MetaMcp.Init.Core.Status;

namespace MetaMcp.Init.Serving;

/// <summary>Asks PID 1.</summary>
internal static class InitStatus
{
    /// <summary>PID 1 answers in milliseconds; probes of orchestrators wait for some seconds at most.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    public static Knowledge Ask(bool withCounts) => Knowledge.None("not joined yet");

    public static byte[] Json(StatusDocument status)
    {
        var to = new ArrayBufferWriter<byte>();
        StatusLines.Append(status.System, to);
        return to.WrittenSpan.ToArray();
    }
}
