using System.Buffers.Binary;
using System.Numerics;

namespace MetaMcp.Init.Core.Values;

/// <summary>
/// SipHash-2-4 (Aumasson and Bernstein, 2012) of one number: without the key, the hash of another number cannot be told from chance.
/// Implemented here because the framework's keyed hashes call OpenSSL, which a static program cannot load.
/// </summary>
/// <param name="key">16 secret bytes.</param>
public sealed class SipHash(ReadOnlySpan<byte> key)
{
    public const int KeySize = 16;

    /// <summary>The length of the message in bytes stands in the last block's highest byte.</summary>
    private const ulong LastBlock = (ulong)sizeof(ulong) << 56;

    private readonly ulong _first = BinaryPrimitives.ReadUInt64LittleEndian(key);
    private readonly ulong _second = BinaryPrimitives.ReadUInt64LittleEndian(key[sizeof(ulong)..]);

    /// <summary>The hash of the number's eight bytes, lowest first.</summary>
    public ulong Of(ulong message)
    {
        var a = _first ^ 0x736f6d6570736575UL;
        var b = _second ^ 0x646f72616e646f6dUL;
        var c = _first ^ 0x6c7967656e657261UL;
        var d = _second ^ 0x7465646279746573UL;
        foreach (var block in (ReadOnlySpan<ulong>)[message, LastBlock])
        {
            d ^= block;
            Rounds(2, ref a, ref b, ref c, ref d);
            a ^= block;
        }
        c ^= 0xff;
        Rounds(4, ref a, ref b, ref c, ref d);
        return a ^ b ^ c ^ d;
    }

    private static void Rounds(int count, ref ulong a, ref ulong b, ref ulong c, ref ulong d)
    {
        for (; count > 0; count--)
        {
            a += b;
            c += d;
            b = BitOperations.RotateLeft(b, 13) ^ a;
            d = BitOperations.RotateLeft(d, 16) ^ c;
            a = BitOperations.RotateLeft(a, 32);
            c += b;
            a += d;
            b = BitOperations.RotateLeft(b, 17) ^ c;
            d = BitOperations.RotateLeft(d, 21) ^ a;
            c = BitOperations.RotateLeft(c, 32);
        }
    }
}
