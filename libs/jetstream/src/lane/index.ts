export { Lane, type LaneObserver, type LaneSettings, type SubmitOutcome } from './lane.js';
export {
  framePortOf,
  type FramePort,
  type SealedFrame,
  type SendClock,
  type SendSettings,
  sendUntilKnown,
  SYSTEM_SEND_CLOCK,
} from './send-frame.js';
