/** An answer of about 8,000 characters, to test what happens only with long answers. */
export const LONG_TEXT = `Here is a long text. It is a prepared one and always the same, whatever the subject you named: a short history of telling the time.

# How people learned to tell the time

## 1. Shadows

The first clock was the sky. Long before anyone counted hours, people knew that the shadow of a tree is long in the morning, short at noon and long again in the evening, and that the shortest shadow of the day always points the same way. Put a stick upright in the ground, mark where its shadow falls, and you have an instrument that needs no winding and never stops, as long as the weather is fine.

Egyptian sundials from about 1500 BC divide the day between sunrise and sunset into twelve parts. Why twelve? Perhaps because there are about twelve moons in a year, perhaps because you can count to twelve on one hand by touching the joints of four fingers with the thumb. Nobody wrote the reason down.

These hours had a property that would drive a modern engineer to despair: **they were not of equal length**. A twelfth of a long summer day is much longer than a twelfth of a short winter day. For farmers this was no fault. Work lasted from dawn to dusk, and an hour was a share of the day, not a measure of its own.

## 2. Water

Shadows are of little use at night, in court or in the fog. So people let water run. A vessel with a small hole empties at a rate that can be marked on its side; a vessel that is being filled can carry a float, and the float a pointer.

Water clocks have one difficulty, and its solution is worth remembering, because it returns in every later chapter. The fuller the vessel, the greater the pressure, and the faster the flow. A clock that runs fast in the beginning and slowly at the end is not much of a clock. There were three answers:

1. **Shape the vessel.** Make it wider at the top, so that the level falls evenly although the flow does not.
2. **Correct the scale.** Leave the vessel as it is, and draw the marks at uneven distances.
3. **Hold the pressure constant.** Put a second vessel above the first, always filled to the brim, and let it overflow.

The third is the best. It does not compensate for the error, it removes its cause. Chinese and Greek engineers both found it, and the great astronomical clock that Su Song built in Kaifeng around 1090 used such a tank to drive a wheel more than three metres high.

## 3. Weights and wheels

Towards the end of the thirteenth century something new appears in the towers of European churches and monasteries: a clock without water. A weight hangs from a rope around a drum and wants to fall. If it could, it would be on the floor in seconds. What makes it a clock is the part that *stops* it: the **escapement**, which lets a toothed wheel go forward by one tooth, catches it, lets it go, and catches it again.

This is the ticking we hear to this day. It is also one of the most far-reaching ideas in engineering: instead of measuring something that flows, count something that repeats.

The early ones were poor timekeepers. Their balance, called the foliot, had no rhythm of its own; it swung as fast as the weight pushed it. An error of a quarter of an hour a day was ordinary, and somebody had to set the clock every noon by the sun. But they rang bells, and bells changed towns. Hours became equal, because a machine cannot easily know what season it is, and markets, shifts and meetings began to follow the bell and not the light.

## 4. The pendulum

In 1656 Christiaan Huygens, who was twenty-seven, gave the clock a heart with a beat of its own. Galileo had noticed that a pendulum takes nearly the same time for a wide swing as for a narrow one; Huygens worked out when this is exactly true, and how to hang a pendulum into a clock.

The effect was immediate. The daily error fell from a quarter of an hour to about fifteen seconds. A minute hand, until then a joke, became useful.

| clock | about | error a day |
|---|---|---|
| foliot | 1300 | 15 minutes |
| pendulum | 1656 | 15 seconds |
| marine chronometer | 1761 | 1 second or less |
| quartz | 1930 | 1/1000 second |
| caesium | 1955 | 1/100,000 second |

A new accuracy always shows new errors. In the tropics, pendulum clocks lost minutes: gravity is weaker at the equator. In summer they ran slow: warm metal is longer. Each effect was a nuisance first, then a discovery, and at last an instrument. A pendulum that runs slow on a mountain *measures* the mountain.

## 5. The sea

A pendulum is no use on a ship. And it was on ships that time mattered most, for a simple reason: the earth turns by fifteen degrees in an hour. Who knows the time at home, and sees from the sun what time it is on board, knows how far east or west he is. Who does not know, guesses. In 1707 four British warships guessed wrong, and some fourteen hundred men drowned off the Isles of Scilly.

Seven years later Parliament offered a fortune for a method to find the longitude. The astronomers looked to the moon. John Harrison, a carpenter from Yorkshire, looked to the clock.

He needed most of his life. His first three sea clocks were marvels of brass that answered the motion of the ship with counterweights, the heat with strips of two metals, and friction with wood that oils itself. Each was better than anything before it, and none was good enough for its maker. The fourth, finished in 1759, looked like nothing of the kind: a watch, thirteen centimetres wide, that ticked five times a second. It was so quick and light that the sea hardly troubled it. On the voyage to Jamaica it lost about five seconds in eighty-one days.

The lesson is a good one for any engineer. Harrison did not improve his third clock for ever. He noticed that a smaller, faster thing is disturbed less, and began again.

## 6. Railways and wires

Until the railway, every town had its own noon. Bristol was ten minutes behind London, and nobody minded, because nobody could travel fast enough to notice. Trains did notice, and so did the people who stood on a platform ten minutes late. The telegraph made the cure possible: for the first time a signal moved faster than the sun's shadow. In 1884 delegates of twenty-five countries met in Washington and chose the line through Greenwich, from which all longitudes, and before long all time zones, were to be counted.

With this, "what time is it?" had stopped being a question about the sky. It had become a question about an *agreement*.

## 7. Crystals and atoms

A small piece of quartz bends when a voltage is applied, and gives a voltage when it is bent. In the right circuit it hums like a tuning fork. The one in a cheap wristwatch is cut to vibrate 32,768 times a second, which is two to the power of fifteen: halve that fifteen times with simple electronics and you have one beat a second.

But no two crystals are quite the same, and every one ages. For a measure that anyone can build anywhere, one needs parts that are the same everywhere by nature. Atoms are. Since 1967 the second has been defined as 9,192,631,770 periods of the radiation that belongs to a certain change in the caesium atom. Today's best optical clocks would be wrong by less than a second since the beginning of the universe. They notice if you raise them by a centimetre, because time itself runs faster higher up.

## 8. What is left to do

Computers have brought an old problem back. A single clock is easy; *two* clocks that agree are not. Messages between them take time, and never quite the same time twice. Programs that compare the times of two machines must live with this, and so must those that look at the time of one machine twice, because somebody may have corrected its clock in between. This is why a careful program asks two different clocks: one that says what time it is, and may jump, and one that only counts forward, and says how long something took.

Three thousand years after the stick in the sand we still use its three tricks: find something that repeats, keep it from being disturbed, and agree with the others on where to begin.`;
